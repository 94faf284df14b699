// `/health` for load balancers, `/metrics` for Prometheus.

import type { ServerApp, ServerContext } from './server-context.ts';

export function addHealthRoutes(app: ServerApp, server: ServerContext): void {
  const { core, gate, metrics } = server;
  app.get('/health', (context) => {
    // Asks the records, so that a broken disk is not healthy.
    core.records.projects.find('health');
    return context.json({ status: 'ok' }, 200, { 'Cache-Control': 'no-store' });
  });
  app.get('/metrics', (context) => {
    gate.assertMayRead(context.env.incoming);
    const { files, bytes, projects, staging } = core.records.files.counts();
    const { rss, heapUsed } = process.memoryUsage();
    const text = metrics.render({
      ...server.upstream?.gauges(),
      clutch_files: files,
      clutch_files_bytes: bytes,
      clutch_projects: projects,
      clutch_staged_files: staging,
      process_resident_memory_bytes: rss,
      clutch_heap_used_bytes: heapUsed,
      process_cpu_seconds_total: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
      clutch_uptime_seconds: process.uptime(),
    });
    return context.body(text, 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  });
}
