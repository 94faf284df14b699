// The servers that are measured, each with the same files: clutch, pypiserver as it comes and tuned, devpi, and nginx
// listing directories, which is the ceiling: it knows nothing of packages.

import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cachedVenv } from '../../test/support/cached-venv.ts';
import type { FileSet } from './files.ts';
import { startServer, type ServerProcess } from './processes.ts';
import { seedClutch } from './seed-clutch.ts';

export interface Server {
  process: ServerProcess;
  /** URLs: the root, a project's page, a small file, and the index for installers. */
  root: string;
  page: string;
  file: string;
  index: string;
}

export interface Contestant {
  name: string;
  /** More files than this take hours to load. */
  mostFiles: number;
  start(files: FileSet, directory: string): Promise<Server>;
}

const repository = join(import.meta.dirname, '../..');
export const clutch: string = join(repository, 'bin', 'clutch');

export const contestants: readonly Contestant[] = [
  { name: 'clutch', mostFiles: Number.POSITIVE_INFINITY, start: startClutch },
  { name: 'nginx autoindex', mostFiles: 20_000, start: startNginx },
  { name: 'pypiserver', mostFiles: 20_000, start: startPypiserver },
  { name: 'pypiserver, gunicorn and cache', mostFiles: 20_000, start: startTunedPypiserver },
  { name: 'devpi', mostFiles: 500, start: startDevpi },
];

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startClutch(files: FileSet, directory: string): Promise<Server> {
  const data = join(directory, 'data');
  if (!existsSync(data)) await seedClutch(data, files.flat);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const words = ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, '--no-access-log'];
  const process = await startServer({ command: clutch, words, probe: `${url}/health` });
  const page = `${url}/simple/${files.project}/`;
  return {
    process,
    root: `${url}/simple/`,
    page,
    file: await findFile(page, files.filename),
    index: `${url}/simple/`,
  };
}

async function startNginx(files: FileSet, directory: string): Promise<Server> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const configuration = join(directory, 'nginx.conf');
  const text = `worker_processes 1; daemon off; pid ${directory}/nginx.pid; error_log ${directory}/error.log;
user root;
events { worker_connections 256; }
http { access_log off; sendfile on; client_body_temp_path ${directory}; proxy_temp_path ${directory}; fastcgi_temp_path ${directory};
  uwsgi_temp_path ${directory}; scgi_temp_path ${directory};
  server { listen 127.0.0.1:${port}; location /simple/ { alias ${files.tree}/; autoindex on; } } }
`;
  writeFileSync(configuration, text);
  const words = ['-c', configuration, '-p', directory];
  const process = await startServer({ command: '/usr/sbin/nginx', words, probe: `${url}/simple/` });
  const page = `${url}/simple/${files.project}/`;
  return { process, root: `${url}/simple/`, page, file: `${page}${files.filename}`, index: `${url}/simple/` };
}

async function startPypiserver(files: FileSet): Promise<Server> {
  const bin = await cachedVenv({ name: 'bench-pypiserver', requirements: ['pypiserver', 'setuptools<81'] });
  const port = await freePort();
  const words = [
    'run',
    '-p',
    String(port),
    '-i',
    '127.0.0.1',
    '-P',
    '.',
    '-a',
    '.',
    '--disable-fallback',
    files.flat,
  ];
  return describePypiserver(join(bin, 'pypi-server'), words, { port, files });
}

async function startTunedPypiserver(files: FileSet, directory: string): Promise<Server> {
  const bin = await cachedVenv({
    name: 'bench-pypiserver-tuned',
    requirements: ['pypiserver[cache]', 'gunicorn', 'setuptools<81'],
  });
  const port = await freePort();
  writeFileSync(
    join(directory, 'application.py'),
    `import pypiserver\napp = pypiserver.app(roots=[${JSON.stringify(files.flat)}], disable_fallback=True, password_file='.', authenticate=[])\n`,
  );
  const words = ['-w', '2', '-b', `127.0.0.1:${port}`, '--chdir', directory, 'application:app'];
  return describePypiserver(join(bin, 'gunicorn'), words, { port, files });
}

async function describePypiserver(
  command: string,
  words: readonly string[],
  { port, files }: { port: number; files: FileSet },
): Promise<Server> {
  const url = `http://127.0.0.1:${port}`;
  const process = await startServer({ command, words, probe: `${url}/` });
  const page = `${url}/simple/${files.project}/`;
  return {
    process,
    root: `${url}/simple/`,
    page,
    file: `${url}/packages/${files.filename}`,
    index: `${url}/simple/`,
  };
}

async function startDevpi(files: FileSet, directory: string): Promise<Server> {
  const bin = await cachedVenv({
    name: 'bench-devpi',
    requirements: ['devpi-server', 'devpi-client', 'twine', 'setuptools<81'],
  });
  const serverDirectory = join(directory, 'devpi');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const isNew = !existsSync(serverDirectory);
  if (isNew) {
    mkdirSync(serverDirectory);
    execFileSync(
      join(bin, 'devpi-init'),
      ['--serverdir', serverDirectory, '--no-root-pypi', '--root-passwd', 'x'],
      { stdio: 'pipe' },
    );
  }
  const words = ['--serverdir', serverDirectory, '--port', String(port)];
  const process = await startServer({ command: join(bin, 'devpi-server'), words, probe: `${url}/+api` });
  if (isNew) await fillDevpi(bin, { url, directory, files });
  const page = `${url}/root/ours/+simple/${files.project}/`;
  return {
    process,
    root: `${url}/root/ours/+simple/`,
    page,
    file: await findFile(page, files.filename),
    index: `${url}/root/ours/+simple/`,
  };
}

async function fillDevpi(
  bin: string,
  { url, directory, files }: { url: string; directory: string; files: FileSet },
): Promise<void> {
  const client = ['--clientdir', join(directory, 'devpi-client')];
  const devpi = (...words: string[]): Buffer =>
    execFileSync(join(bin, 'devpi'), [...words, ...client], { stdio: 'pipe' });
  devpi('use', url);
  devpi('login', 'root', '--password', 'x');
  devpi('index', '-c', 'ours', 'bases=', 'volatile=True');
  const names = readdirSync(files.flat).map((name) => join(files.flat, name));
  const words = [
    'upload',
    '--disable-progress-bar',
    '--repository-url',
    `${url}/root/ours/`,
    '-u',
    'root',
    '-p',
    'x',
  ];
  for (let at = 0; at < names.length; at += 50) {
    await promisify(execFile)(join(bin, 'twine'), [...words, ...names.slice(at, at + 50)]);
  }
}

async function findFile(page: string, filename: string): Promise<string> {
  const text = await (await fetch(page, { headers: { accept: 'text/html' } })).text();
  const href = [...text.matchAll(/href="([^"#]+)/g)]
    .map(([, one = '']) => one)
    .find((one) => one.includes(filename));
  if (href === undefined) throw new Error(`${page} has no ${filename}`);
  return new URL(href, page).href;
}
