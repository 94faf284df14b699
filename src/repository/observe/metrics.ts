// Counters and gauges for Prometheus (text format 0.0.4). Labels are few and fixed: no name of a project is one.

export interface Metrics {
  count(name: CounterName, labels: string, by?: number): void;
  /** A finished request: its route, status and milliseconds. */
  request(route: string, status: number, milliseconds: number): void;
  /** Gauges are asked for when somebody looks. */
  render(gauges: Readonly<Record<string, number>>): string;
}

const counters = {
  clutch_requests_total: 'Answered requests by route and status.',
  clutch_sent_bytes_total: 'Bytes of bodies sent, by route.',
  clutch_uploads_total: 'Files received, by outcome.',
  clutch_upstream_requests_total: 'Requests to upstream, by kind and outcome.',
  clutch_webhooks_total: 'Webhook deliveries, by outcome.',
} as const;

export type CounterName = keyof typeof counters;

const bounds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10];

export function createMetrics(): Metrics {
  const values = new Map<CounterName, Map<string, number>>();
  const histogram = new Map<string, { buckets: number[]; sum: number; count: number }>();
  const count: Metrics['count'] = (name, labels, by = 1) => {
    let series = values.get(name);
    if (series === undefined) values.set(name, (series = new Map()));
    series.set(labels, (series.get(labels) ?? 0) + by);
  };
  return {
    count,
    request: (route, status, milliseconds) => {
      count('clutch_requests_total', `route="${route}",status="${status}"`);
      let known = histogram.get(route);
      if (known === undefined) {
        known = { buckets: bounds.map(() => 0), sum: 0, count: 0 };
        histogram.set(route, known);
      }
      const seconds = milliseconds / 1000;
      known.sum += seconds;
      known.count += 1;
      for (const [index, bound] of bounds.entries()) {
        if (seconds <= bound) known.buckets[index] = (known.buckets[index] ?? 0) + 1;
      }
    },
    render: (gauges) => {
      const lines: string[] = [];
      for (const [name, help] of Object.entries(counters)) {
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
        for (const [labels, value] of values.get(name as CounterName) ?? []) {
          lines.push(`${name}{${labels}} ${value}`);
        }
      }
      lines.push(...renderHistogram(histogram));
      for (const [name, value] of Object.entries(gauges)) {
        lines.push(`# TYPE ${name} gauge`, `${name} ${value}`);
      }
      return `${lines.join('\n')}\n`;
    },
  };
}

function renderHistogram(
  histogram: ReadonlyMap<string, { buckets: readonly number[]; sum: number; count: number }>,
): string[] {
  const name = 'clutch_request_seconds';
  const lines = [`# HELP ${name} How long answers took, by route.`, `# TYPE ${name} histogram`];
  for (const [route, { buckets, sum, count }] of histogram) {
    for (const [index, bound] of bounds.entries()) {
      lines.push(`${name}_bucket{route="${route}",le="${bound}"} ${buckets[index] ?? 0}`);
    }
    lines.push(
      `${name}_bucket{route="${route}",le="+Inf"} ${count}`,
      `${name}_sum{route="${route}"} ${sum}`,
      `${name}_count{route="${route}"} ${count}`,
    );
  }
  return lines;
}
