// Load from outside: wrk for reads, eight connections that upload, uv that installs an application; and what the disk
// itself can do.

import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cachedVenv } from '../../test/support/cached-venv.ts';
import { rawWheel, wheelName } from '../../test/support/raw-wheel.ts';
import type { ServerProcess } from './processes.ts';

export interface Reading {
  requestsPerSecond: number;
  /** Processor time of the server for one request, in milliseconds. */
  cpu: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

const seconds = 5;

/** Eight connections for five seconds, after one request that fills caches. */
export async function readWithWrk(url: string, server: ServerProcess): Promise<Reading> {
  const first = await fetch(url);
  await first.arrayBuffer();
  if (first.status !== 200) throw new Error(`${url} answers with ${first.status}`);
  const before = server.cpu();
  const words = ['-t1', '-c8', `-d${seconds}`, '--timeout', '60', '--latency', url];
  const { stdout } = await promisify(execFile)('wrk', words);
  const cpu = server.cpu() - before;
  const count = Number(/(\d+) requests in/.exec(stdout)?.[1] ?? Number.NaN);
  if (/Non-2xx/.test(stdout)) throw new Error(`${url}: ${stdout}`);
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? Number.NaN),
    cpu: cpu / count,
    p50: milliseconds(/50%\s+([\d.]+)(us|ms|s)/.exec(stdout)),
    p99: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(stdout)),
  };
}

function milliseconds(match: RegExpExecArray | null): number {
  const factor = { us: 0.001, ms: 1, s: 1000 }[match?.[2] ?? ''] ?? Number.NaN;
  return Number(match?.[1]) * factor;
}

/** Files a second that the disk takes when each of `bytes` is followed by fsync; for three seconds. */
export function measureFsyncs(directory: string, bytes: number): number {
  const scratch = join(directory, 'fsync');
  mkdirSync(scratch, { recursive: true });
  const content = randomBytes(bytes);
  const end = performance.now() + 3000;
  let count = 0;
  for (; performance.now() < end; count += 1) {
    const file = openSync(join(scratch, String(count)), 'w');
    writeSync(file, content);
    fsyncSync(file);
    closeSync(file);
  }
  rmSync(scratch, { recursive: true });
  return count / 3;
}

const boundary = 'clutch-bench';

/** Uploads a second over eight connections, each answered with 200; wheels of `bytes`. */
export async function measureUploads(
  url: string,
  { token, count, bytes }: { token: string; count: number; bytes: number },
): Promise<number> {
  const forms = Array.from({ length: count }, (_, number) => makeForm(number, bytes));
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const began = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let form = forms[next++]; form !== undefined; form = forms[next++])
      await post(url, { form, token, agent });
  };
  await Promise.all(Array.from({ length: 8 }, work));
  agent.destroy();
  return count / ((performance.now() - began) / 1000);
}

function makeForm(number: number, bytes: number): Buffer {
  const parts = { name: `upload${number % 100}`, version: `1.${Date.now()}.${number}` };
  const wheel = rawWheel({ ...parts, entries: [{ name: 'data.bin', content: randomBytes(bytes) }] });
  const fields = {
    ':action': 'file_upload',
    protocol_version: '1',
    name: parts.name,
    version: parts.version,
    filetype: 'bdist_wheel',
    sha256_digest: createHash('sha256').update(wheel).digest('hex'),
  };
  const head = Object.entries(fields).map(
    ([field, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`,
  );
  head.push(
    `--${boundary}\r\nContent-Disposition: form-data; name="content"; filename="${wheelName(parts)}"\r\n`,
    'Content-Type: application/octet-stream\r\n\r\n',
  );
  return Buffer.concat([Buffer.from(head.join('')), wheel, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

async function post(
  url: string,
  { form, token, agent }: { form: Buffer; token: string; agent: Agent },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': form.length,
    };
    const outgoing = request(url, { method: 'POST', agent, headers }, (incoming) => {
      incoming.resume();
      incoming.on('end', () =>
        incoming.statusCode === 200 ? resolve() : reject(new Error(`an upload gets ${incoming.statusCode}`)),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(form);
  });
}

/** Seconds that uv takes to install the requirements from an index, with nothing cached. */
export async function installWithUv(
  index: string,
  { requirements, directory }: { requirements: string; directory: string },
): Promise<number> {
  const bin = await cachedVenv({ name: 'client-uv', requirements: ['uv'] });
  const words = [
    'pip',
    'install',
    '--quiet',
    '--no-deps',
    '--target',
    join(directory, 'target'),
    '--default-index',
    index,
    '-r',
    requirements,
  ];
  const env = { ...process.env, UV_CACHE_DIR: join(directory, 'cache'), UV_NO_PROGRESS: '1' };
  const began = performance.now();
  await promisify(execFile)(join(bin, 'uv'), words, { env });
  return (performance.now() - began) / 1000;
}
