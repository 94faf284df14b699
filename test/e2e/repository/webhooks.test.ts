// Whom a repository tells of what has happened: its log, and webhooks.

import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { workspaceForTest } from '../../support/for-test.ts';
import { rawWheel, wheelName } from '../../support/raw-wheel.ts';
import { createTestToken, startRepository } from '../../support/repository-server.ts';
import { upload } from '../../support/upload.ts';

interface Call {
  body: string;
  headers: IncomingHttpHeaders;
}

/** The URL of a server that answers each request so, until the test ends. */
async function receive(answer: (call: Call) => { status: number; location?: string }): Promise<string> {
  const receiver = createServer((incoming, outgoing) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (text: string) => (body += text));
    incoming.on('end', () => {
      const { status, location } = answer({ body, headers: incoming.headers });
      outgoing.writeHead(status, location === undefined ? {} : { location }).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void receiver.close());
  return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
}

test('a log of JSON lines, and a webhook for every change, signed and tried again', async () => {
  const calls: { body: string; signature: unknown }[] = [];
  let failures = 2;
  const hook = await receive(({ body, headers }) => {
    failures -= 1;
    if (failures >= 0) return { status: 503 };
    calls.push({ body, signature: headers['x-clutch-signature-256'] });
    return { status: 204 };
  });
  const own = workspaceForTest();
  const server = await startRepository(own, {
    words: ['--log', 'json', '--webhook', hook],
    environment: { CLUTCH_WEBHOOK_SECRET: 's3cret' },
  });
  const admin = await createTestToken(own, server.directory);
  const headers = { authorization: `Bearer ${admin}` };
  await upload(server.url, { token: admin, filename: wheelName(), bytes: rawWheel() });
  await fetch(`${server.url}api/projects/demo/versions/1.0/promote`, { method: 'POST', headers });
  await fetch(`${server.url}api/projects/demo/versions/1.0/yank`, { method: 'POST', headers });
  await expect.poll(() => calls.length, { timeout: 20_000 }).toBe(3);
  const events = calls.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  expect(events).toMatchObject([
    {
      event: 'uploaded',
      project: 'demo',
      version: '1.0',
      channel: 'staging',
      actor: 'test',
      files: [{ filename: wheelName() }],
    },
    { event: 'promoted', project: 'demo', version: '1.0', files: [{ filename: wheelName() }] },
    { event: 'yanked' },
  ]);
  for (const { body, signature } of calls) {
    expect(signature).toBe(`sha256=${createHmac('sha256', 's3cret').update(body).digest('hex')}`);
  }
  const lines = server
    .output()
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(entries.map(({ event }) => event)).toEqual(
    expect.arrayContaining(['uploaded', 'request', 'promoted', 'yanked']),
  );
  expect(entries.find(({ event }) => event === 'request')).toMatchObject({
    method: 'POST',
    path: '/legacy/',
    status: 200,
    level: 'info',
  });
  expect(server.output()).not.toContain('s3cret');
});

test('a redirect is not followed, and a receiver that fails or is gone holds up nobody', async () => {
  let visits = 0;
  const elsewhere = await receive(() => {
    visits += 1;
    return { status: 200 };
  });
  let redirects = 0;
  const redirecting = await receive(() => {
    redirects += 1;
    return { status: 307, location: elsewhere };
  });
  const heard: string[] = [];
  const good = await receive(({ body }) => {
    heard.push(body);
    return { status: 200 };
  });
  const workspace = workspaceForTest();
  const hooks = [redirecting, 'http://user:s3cret@127.0.0.1:1/gone', good];
  const server = await startRepository(workspace, { words: hooks.flatMap((url) => ['--webhook', url]) });
  const token = await createTestToken(workspace, server.directory);
  const { status } = await upload(server.url, { token, filename: wheelName(), bytes: rawWheel() });
  expect(status).toBe(200);
  await expect.poll(() => heard.length, { timeout: 5000 }).toBe(1);
  await expect.poll(() => server.output().match(/webhook-failed/g)?.length, { timeout: 20_000 }).toBe(2);
  expect([redirects, visits]).toEqual([4, 0]);
  expect(server.output()).toMatch(/webhook-failed .*answers with status 307/);
  expect(server.output()).not.toContain('s3cret');
  const metrics = await (await fetch(`${server.url}metrics`)).text();
  expect(metrics).toContain('clutch_webhooks_total{outcome="failed"} 2');
});
