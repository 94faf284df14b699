// Tells other programs what has happened: a POST of JSON after each change of files, in order, tried again when nobody
// answers. Only to the URLs that the owner gave; redirects are not followed.

import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuildError, type Environment } from '#base';
import { createHttp, redactUrl, type Http } from '#net';
import type { Change, Core } from '../core.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

export interface WebhookOptions {
  core: Core;
  log: Log;
  metrics: Metrics;
  environment: Environment;
  urls: readonly string[];
}

export interface Webhooks {
  /** What has not been delivered by now is dropped, and said in the log. */
  close(): Promise<void>;
}

const attempts = 4;
const firstPauseMilliseconds = 500;
const longestQueue = 1000;

/** Fails with `REPOSITORY_WEBHOOK` for a URL that is none. */
export function openWebhooks(options: WebhookOptions): Webhooks {
  const { core, environment, urls, log } = options;
  const targets = urls.map(readUrl);
  const secret = environment['CLUTCH_WEBHOOK_SECRET'] ?? '';
  const http = createHttp({
    offline: false,
    environment,
    timeoutSeconds: 10,
    credentials: targets.map((url) => ({ url })),
    report: () => undefined,
  });
  const stopped = new AbortController();
  const queues = targets.map((url) => createQueue(url));

  function createQueue(url: string): { add: (body: string) => void; waiting: () => number } {
    const waiting: string[] = [];
    let isRunning = false;
    const run = async (): Promise<void> => {
      isRunning = true;
      for (let body = waiting[0]; body !== undefined; body = waiting[0]) {
        await deliver(options, http, { url, body, secret, signal: stopped.signal });
        waiting.shift();
      }
      isRunning = false;
    };
    return {
      add: (body) => {
        if (waiting.length >= longestQueue) waiting.splice(1, 1);
        waiting.push(body);
        if (!isRunning) void run();
      },
      waiting: () => waiting.length,
    };
  }

  core.subscribe((change) => {
    const body = describeChange(change, core.now());
    if (body !== undefined) for (const queue of queues) queue.add(JSON.stringify(body));
  });
  return {
    close: async () => {
      const dropped = queues.reduce((total, queue) => total + queue.waiting(), 0);
      if (dropped > 0) log({ time: core.now(), level: 'warning', event: 'webhooks-dropped', count: dropped });
      stopped.abort(new BuildError('INTERRUPTED', 'the server stops'));
      await http.close();
    },
  };
}

function readUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text).href;
  throw new BuildError('REPOSITORY_WEBHOOK', `\`${redactUrl(text)}\` is not the URL of a webhook`, {
    hint: 'write it as https://host/path',
  });
}

function describeChange(change: Change, now: number): object | undefined {
  if (change.type === 'uploaded') {
    const { filename, version, sha256, size, channel } = change.file;
    const { type, project, actor, replaced } = change;
    return {
      event: type,
      time: iso(now),
      project,
      version,
      channel,
      actor,
      replaced,
      files: [{ filename, sha256, size }],
    };
  }
  if (!('version' in change)) return undefined;
  const { type, project, version, actor, files } = change;
  const names = files.map((file) => ({ filename: typeof file === 'string' ? file : file.filename }));
  return { event: type, time: iso(now), project, version, actor, files: names };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

interface Delivery {
  url: string;
  body: string;
  secret: string;
  signal: AbortSignal;
}

async function deliver(
  { core, log, metrics }: WebhookOptions,
  http: Http,
  { url, body, secret, signal }: Delivery,
): Promise<void> {
  const content = Buffer.from(body);
  const signature = createHmac('sha256', secret).update(content).digest('hex');
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      const { status } = await http.exchange({
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/json',
          ...(secret !== '' && { 'x-clutch-signature-256': `sha256=${signature}` }),
        },
        body: { size: content.length, open: () => content },
        signal,
      });
      if (status < 300) {
        metrics.count('clutch_webhooks_total', 'outcome="delivered"');
        return;
      }
      throw new BuildError('REPOSITORY_WEBHOOK', `it answers with status ${status}`);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      if (attempt < attempts && !signal.aborted) {
        await sleep(firstPauseMilliseconds * 2 ** attempt, undefined, { signal }).catch(() => undefined);
        continue;
      }
      metrics.count('clutch_webhooks_total', 'outcome="failed"');
      const message = `webhook ${redactUrl(url)}: ${error.message}`;
      log({ time: core.now(), level: 'warning', event: 'webhook-failed', message });
      return;
    }
  }
}
