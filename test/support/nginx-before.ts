// The system's nginx before a repository, with the lines of docs/repository.md.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { freePort, nginx } from './cache-servers.ts';
import { repository as checkout } from './run-clutch.ts';

/** The address below which nginx has the server at `url`; `directory` is for nginx's files. Ends with the test. */
export async function nginxBefore(url: string, directory: string): Promise<string> {
  const port = await freePort();
  const [location] = /^ {4}location \/eggs\/ \{\n[^}]*\}/m.exec(
    readFileSync(join(checkout, 'docs', 'repository.md'), 'utf8'),
  ) ?? [''];
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  const configuration = [
    `daemon off; master_process off; pid ${directory}/nginx.pid; error_log ${directory}/error.log;`,
    process.geteuid?.() === 0 ? 'user root;' : '',
    `events {} http { access_log off; ${temporary.join(' ')}`,
    `server { listen 127.0.0.1:${port};`,
    location.replace('http://127.0.0.1:8765/', url),
    '} }',
  ];
  const file = join(directory, 'nginx.conf');
  writeFileSync(file, `${configuration.join('\n')}\n`);
  const child = spawn(nginx(), ['-c', file, '-e', join(directory, 'error.log')], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const outside = `http://127.0.0.1:${port}/eggs/`;
  for (let attempt = 0; ; attempt += 1) {
    try {
      await fetch(outside);
      return outside;
    } catch (error) {
      if (attempt > 100) throw error;
      await sleep(50);
    }
  }
}
