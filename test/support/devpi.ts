// A real devpi-server from PyPI, with the user `team` and no index of its own but `root/pypi`.

import { join } from 'node:path';
import { cachedVenv } from './cached-venv.ts';
import { freePort } from './cache-servers.ts';
import { startListening } from './listening-server.ts';
import { expectClient } from './run-client.ts';
import type { Workspace } from './run-clutch.ts';

export interface Devpi {
  /** `http://127.0.0.1:PORT` */
  url: string;
  serverDirectory: string;
  /** The programs of its environment. */
  bin: string;
  /** Runs the client, logged in as root. */
  devpi: (...words: string[]) => Promise<string>;
  stop: () => Promise<void>;
}

export async function devpiForTest(workspace: Workspace): Promise<Devpi> {
  const bin = await cachedVenv({
    name: 'bench-devpi',
    requirements: ['devpi-server', 'devpi-client', 'twine', 'setuptools<81'],
  });
  const serverDirectory = join(workspace.base, 'devpi');
  const init = ['--serverdir', serverDirectory, '--no-root-pypi', '--root-passwd', 'x'];
  await expectClient(workspace, [join(bin, 'devpi-init'), ...init]);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const serve = [join(bin, 'devpi-server'), '--serverdir', serverDirectory, '--port', String(port)];
  const stop = await startListening(serve, `${url}/+api`, workspace.home);
  const devpi = (...words: string[]): Promise<string> =>
    expectClient(workspace, [join(bin, 'devpi'), ...words]);
  await devpi('use', url);
  await devpi('login', 'root', '--password', 'x');
  return { url, serverDirectory, bin, devpi, stop };
}
