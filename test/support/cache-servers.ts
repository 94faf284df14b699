// The real servers of docs/fleet.md: bazel-remote, built from its pinned source, and the nginx of the system, each started
// as the document says on a free port and a directory of its own.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

import { bazelRemote, fleetBlock } from './build-bazel-remote.ts';

export type ServerKind = 'bazel-remote' | 'nginx';

export interface RealServer {
  url: string;
  /** Where it keeps its files. */
  data: string;
  /** Of the server itself. */
  pid(): number;
  /** The files that hold a blob, by the hash in their names. */
  filesOf(hash: string): string[];
  stop(signal?: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
}

/** Replaces the places of the document by those of a test. */
export function withPlaces(
  text: string,
  places: { srv: string; port: number; etc?: string; publicKey?: string },
): string {
  return text
    .replaceAll('/srv/clutch-cache', places.srv)
    .replaceAll('/etc/clutch', places.etc ?? '/nowhere')
    .replaceAll('0.0.0.0:8080', `127.0.0.1:${places.port}`)
    .replaceAll('listen 8080', `listen 127.0.0.1:${places.port}`)
    .replaceAll('cache.example.com:8080', `127.0.0.1:${places.port}`)
    .replaceAll('ed25519:PUBLIC-KEY', places.publicKey ?? 'ed25519:PUBLIC-KEY');
}

/** Started below `srv`, which holds its data and `htpasswd`; gone when the test ends. */
export async function realServerForTest(kind: ServerKind, srv: string): Promise<RealServer> {
  const port = await freePort();
  const data = join(srv, 'data');
  mkdirSync(data, { recursive: true });
  const places = { srv, port };
  execFileSync('sh', ['-euc', withPlaces(fleetBlock('run: htpasswd'), places)]);
  const command = kind === 'nginx' ? nginxCommand(srv, places) : bazelCommand(places);
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const server: RealServer = {
    url,
    data,
    pid: () => child?.pid ?? 0,
    filesOf: (hash) =>
      readdirSync(data, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.includes(hash) && statSync(join(data, name)).isFile())
        .map((name) => join(data, name)),
    start: async () => {
      child = spawn(command[0] ?? '', command.slice(1), { stdio: 'ignore' });
      await untilItAnswers(url);
    },
    stop: async (signal = 'SIGKILL') => {
      const running = child;
      child = undefined;
      if (running === undefined || running.exitCode !== null) return;
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGCONT');
      running.kill(signal);
      await ended;
    },
  };
  onTestFinished(() => server.stop());
  await server.start();
  return server;
}

function bazelCommand(places: { srv: string; port: number }): string[] {
  const text = withPlaces(fleetBlock('serve: bazel-remote'), places).replace('./bazel-remote', bazelRemote());
  return ['sh', '-c', `exec ${text}`];
}

/** The document's server in the smallest configuration around it, as this user and without a second process. */
function nginxCommand(srv: string, places: { srv: string; port: number }): string[] {
  const temporary = ['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${srv}/${name};`);
  const user = process.geteuid?.() === 0 ? 'user root;' : '';
  const text = [
    `daemon off; master_process off; pid ${srv}/nginx.pid; error_log ${srv}/error.log; ${user}`,
    'events {}',
    `http { access_log off; ${temporary.join(' ')}`,
    withPlaces(fleetBlock('file: nginx'), places),
    '}',
    '',
  ].join('\n');
  writeFileSync(join(srv, 'nginx.conf'), text);
  return [nginx(), '-c', join(srv, 'nginx.conf'), '-e', join(srv, 'error.log')];
}

export function nginx(): string {
  return existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx';
}

async function untilItAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      await fetch(`${url}/cas/${'0'.repeat(64)}`);
      return;
    } catch (error) {
      if (attempt === 199) throw error;
      await sleep(50);
    }
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
