// Real nginx and Caddy before a repository, with TLS, each configured by the block of docs/repository.md.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { freePort, nginx } from './cache-servers.ts';
import { documentBlock } from './document-block.ts';

export interface TlsProxy {
  /** `https://localhost:PORT/` */
  url: string;
  /** The certificate of the authority that signed its own. */
  authority: string;
  /** What makes clients trust that: pip, uv, requests, OpenSSL and clutch. */
  environment: Record<string, string>;
}

/** Starts one before the server at `url`; its files are in a new directory below `base`. Ends with the test. */
export async function tlsProxyBefore(kind: 'nginx' | 'caddy', url: string, base: string): Promise<TlsProxy> {
  const directory = join(base, kind);
  mkdirSync(directory);
  makeCertificate(directory);
  const port = await freePort();
  const block = documentBlock('docs/repository.md', kind).replaceAll(
    'http://127.0.0.1:8765',
    url.slice(0, -1),
  );
  const target = new URL(url).host;
  const command =
    kind === 'nginx'
      ? writeNginx(directory, block, port)
      : writeCaddy(directory, block.replaceAll('127.0.0.1:8765', target), port);
  const environmentOfCaddy = { XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory, HOME: directory };
  const [program = '', ...words] = command;
  const child = spawn(program, words, { stdio: 'ignore', env: { ...process.env, ...environmentOfCaddy } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const authority = join(directory, 'authority.pem');
  const outside = `https://localhost:${port}/`;
  await untilItAnswers(`${outside}health`);
  const variables = ['PIP_CERT', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'TWINE_CERT'];
  return {
    url: outside,
    authority,
    environment: Object.fromEntries(variables.map((name) => [name, authority])),
  };
}

/** An authority, and a certificate for `localhost` that it has signed. */
function makeCertificate(directory: string): void {
  const script = [
    'openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=Authority -keyout authority.key -out authority.pem',
    'openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr',
    'printf "subjectAltName=DNS:localhost\\nbasicConstraints=CA:FALSE\\n" > extensions',
    'openssl x509 -req -days 2 -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -extfile extensions -out server.pem',
  ];
  execFileSync('sh', ['-ec', script.join('\n')], { cwd: directory, stdio: 'pipe' });
}

function writeNginx(directory: string, block: string, port: number): string[] {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  const server = block
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('server_name eggs.example.org', 'server_name localhost')
    .replace(/\/etc\/\S+\.pem/, `${directory}/server.pem`)
    .replace(/\/etc\/\S+\.key/, `${directory}/server.key`);
  const file = join(directory, 'nginx.conf');
  const user = process.geteuid?.() === 0 ? 'user root;' : '';
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${directory}/pid; error_log ${directory}/error.log; ${user}
events {} http { access_log off; ${temporary.join(' ')}
${server} }
`,
  );
  return [nginx(), '-c', file, '-e', join(directory, 'error.log')];
}

function writeCaddy(directory: string, block: string, port: number): string[] {
  const file = join(directory, 'Caddyfile');
  const site = block.replace(
    /^eggs\.example\.org \{\n/m,
    `https://localhost:${port} {\n    bind 127.0.0.1\n    tls ${directory}/server.pem ${directory}/server.key\n`,
  );
  writeFileSync(file, `{\n    admin off\n    auto_https disable_redirects\n}\n${site}`);
  return ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'];
}

async function untilItAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const isUp = await new Promise<boolean>((resolve) => {
      const request = get(url, { rejectUnauthorized: false }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      request.on('error', () => resolve(false));
    });
    if (isUp) return;
    await sleep(50);
  }
  throw new Error(`${url} does not answer`);
}
