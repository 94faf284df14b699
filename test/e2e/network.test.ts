// What an index and a network can do to a run, and what the run says about it.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildSdistFile, buildWheel } from '../support/build-distribution.ts';
import {
  eggsIn,
  expectFailure,
  expectSuccess,
  indexForTest,
  pathsBelow,
  pathsWith,
  simpleConfiguration,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';
import type { IndexServer } from '../support/index-server.ts';
import { runOnTerminal } from '../support/run-on-terminal.ts';
import { traceSockets } from '../support/trace-sockets.ts';

const wheel = 'demo-1.0-py3-none-any.whl';

function writeDemo(workspace: TestWorkspace, index: string, buildout: readonly string[] = []): void {
  workspace.write({ 'buildout.cfg': simpleConfiguration({ index, buildout, eggs: ['demo'] }) });
}

async function demoOnServer(
  options: Partial<Parameters<typeof indexForTest>[0]> = {},
): Promise<{ workspace: TestWorkspace; server: IndexServer }> {
  const workspace = workspaceForTest();
  buildWheel(workspace.links, { name: 'demo', version: '1.0' });
  const server = await indexForTest({ directory: workspace.links, ...options });
  writeDemo(workspace, server.indexUrl);
  return { workspace, server };
}

const version = (workspace: TestWorkspace): string =>
  execFileSync(join(workspace.directory, 'bin', 'py'), ['-c', 'import demo; print(demo.version)'], {
    encoding: 'utf8',
  }).trim();

function expectNothingOfDemo(workspace: TestWorkspace): void {
  expect(eggsIn(workspace.directory).filter((name) => name.startsWith('demo'))).toEqual([]);
  const cached = pathsBelow(workspace.eggCache).filter((name) => name.includes('demo'));
  // What the index said of a file is kept, never the file.
  expect(cached.filter((name) => !name.startsWith('records/'))).toEqual([]);
}

test('an index that does not answer is named, with what went wrong', async () => {
  const { workspace, server } = await demoOnServer();
  await server.close();
  const said = expectFailure(await workspace.run());
  expect(said).toContain(`${server.url}/simple/demo`);
  expect(said).toMatch(/refused/i);
  expectNothingOfDemo(workspace);
});

test('a server that fails twice is asked again and the run succeeds', async () => {
  const { workspace, server } = await demoOnServer();
  server.addFault({ path: '/simple/demo/', status: 500, times: 2 });
  server.addFault({ path: `/files/${wheel}`, status: 503, times: 2 });
  expectSuccess(await workspace.run());
  expect(version(workspace)).toBe('1.0');
});

test('a server that always fails ends the run and is named', async () => {
  const { workspace, server } = await demoOnServer();
  server.addFault({ path: `/files/${wheel}`, status: 500 });
  const said = expectFailure(await workspace.run());
  expect(said).toContain(`/files/${wheel}`);
  expect(said).toContain('500');
  expectNothingOfDemo(workspace);
});

test('a file that breaks off once is fetched again', async () => {
  const { workspace, server } = await demoOnServer();
  server.addFault({ path: `/files/${wheel}`, truncate: true, times: 1 });
  expectSuccess(await workspace.run());
  expect(version(workspace)).toBe('1.0');
});

test('a file that always breaks off ends the run and leaves nothing of it', async () => {
  const { workspace, server } = await demoOnServer();
  workspace.write({ 'downloads/.keep': '' });
  writeDemo(workspace, server.indexUrl, ['download-cache = downloads']);
  server.addFault({ path: `/files/${wheel}`, truncate: true });
  const said = expectFailure(await workspace.run());
  expect(said).toContain(wheel);
  expectNothingOfDemo(workspace);
  expect(pathsBelow(join(workspace.directory, 'downloads')).filter((name) => name.includes('demo'))).toEqual(
    [],
  );
});

test('a file that is not what its link says stops the run, with both hashes', async () => {
  const wrong = 'ab'.repeat(32);
  let isWrong = true;
  const { workspace } = await demoOnServer({
    describeFile: (name) => (name === wheel && isWrong ? { sha256: wrong } : {}),
  });
  for (const words of [[], ['versions:demo=1.0']]) {
    const said = expectFailure(await workspace.run(words));
    expect(said).toContain(wheel);
    expect(said).toContain(wrong);
    expectNothingOfDemo(workspace);
  }
  isWrong = false;
  expectSuccess(await workspace.run(['versions:demo=1.0']));
});

test('without a login a 401 is named with the way out', async () => {
  const { workspace, server } = await demoOnServer({ login: { user: 'jane', password: 's3cr3t-w0rd' } });
  const said = expectFailure(await workspace.run());
  expect(said).toContain(server.url);
  expect(said).toContain('401');
});

test('a login in the URL is used for files too and is written nowhere', async () => {
  const { workspace, server } = await demoOnServer({ login: { user: 'jane', password: 's3cr3t-w0rd' } });
  const secretUrl = server.indexUrl.replace('http://', 'http://jane:s3cr3t-w0rd@');
  const configuration = simpleConfiguration({ index: 'http://nothing.invalid/', eggs: ['demo'] });
  workspace.write({ 'buildout.cfg': configuration });
  const result = await workspace.run(['-vv', `buildout:index=${secretUrl}`]);
  expectSuccess(result);
  expect(version(workspace)).toBe('1.0');
  expect(`${result.stdout}${result.stderr}`).not.toContain('s3cr3t');
  expect(pathsWith(workspace.base, 's3cr3t')).toEqual([]);
});

test('a login in the URL does not show when the run fails', async () => {
  const { workspace, server } = await demoOnServer({ login: { user: 'jane', password: 'other' } });
  const secretUrl = server.indexUrl.replace('http://', 'http://jane:s3cr3t-w0rd@');
  const said = expectFailure(await workspace.run(['-v', `buildout:index=${secretUrl}`]));
  expect(said).toContain('401');
  expect(said).not.toContain('s3cr3t');
  expect(pathsWith(workspace.base, 's3cr3t')).toEqual([]);
});

test('a login of .netrc is used and is written nowhere', async () => {
  const { workspace } = await demoOnServer({ login: { user: 'jane', password: 's3cr3t-w0rd' } });
  const netrc = 'machine 127.0.0.1\nlogin jane\npassword s3cr3t-w0rd\n';
  writeFileSync(join(workspace.home, '.netrc'), netrc, { mode: 0o600 });
  const result = await workspace.run(['-vv']);
  expectSuccess(result);
  expect(`${result.stdout}${result.stderr}`).not.toContain('s3cr3t');
  expect(pathsWith(workspace.base, 's3cr3t')).toEqual(['home/.netrc']);
});

test.each(['html', 'json'] as const)('Requires-Python and yanked files are honoured (%s)', async (format) => {
  const workspace = workspaceForTest();
  for (const number of ['1.0', '1.1', '1.2', '1.3']) {
    buildWheel(workspace.links, { name: 'demo', version: number });
  }
  const describeFile = (name: string): object => {
    if (name.startsWith('demo-1.3')) return { requiresPython: '>=3.99' };
    return name.startsWith('demo-1.2') ? { yanked: 'broken' } : {};
  };
  const server = await indexForTest({ directory: workspace.links, format, describeFile });
  writeDemo(workspace, server.indexUrl);
  expectSuccess(await workspace.run());
  expect(version(workspace)).toBe('1.1');
  expectSuccess(await workspace.run(['versions:demo=1.2']));
  expect(version(workspace)).toBe('1.2');
  expectFailure(await workspace.run(['versions:demo=1.3']));
});

test('allow-hosts that hides the only candidate says so', async () => {
  const { workspace, server } = await demoOnServer();
  const page = `<a href="http://files.example.invalid/${wheel}">${wheel}</a>`;
  server.addPage('/simple/demo/', page);
  writeDemo(workspace, server.indexUrl, ['allow-hosts = 127.0.0.1*']);
  // On a pipe the text is zc.buildout's; on a terminal the hint follows.
  expect(expectFailure(await workspace.run())).toMatch(/Error: Couldn't find a distribution for 'demo'\.\n$/);
  const { output } = await runOnTerminal(workspace);
  expect(output).toMatch(/hint: .*allow-hosts/);
  expect(output).toContain('files.example.invalid');
});

test('offline opens no socket and says what is missing', async () => {
  const { workspace, server } = await demoOnServer();
  const sockets = traceSockets(workspace.base);
  const said = expectFailure(await workspace.run(['-o'], { prefix: sockets.prefix }));
  expect(said).toContain(
    "We don't have a distribution for demo\nand can't install one in offline (no-install) mode.",
  );
  expect(server.requests).toEqual([]);
  expect(sockets.internetCalls()).toEqual([]);
});

test('offline uses what the egg cache and the eggs directory have', async () => {
  const { workspace, server } = await demoOnServer();
  expectSuccess(await workspace.run());
  const asked = server.requests.length;
  expectSuccess(await workspace.run(['-o']));
  expect(version(workspace)).toBe('1.0');
  expect(server.requests.length).toBe(asked);
});

test('the download cache is filled, and is enough to install from', async () => {
  const workspace = workspaceForTest();
  buildWheel(workspace.links, { name: 'demo', version: '1.0', requires: ['source'] });
  await buildSdistFile(workspace.links, { name: 'source', version: '2.0' });
  const server = await indexForTest({ directory: workspace.links });
  const downloads = join(workspace.base, 'downloads');
  mkdirSync(downloads);
  writeDemo(workspace, server.indexUrl, [`download-cache = ${downloads}`]);
  expectSuccess(await workspace.run());
  const files = readdirSync(join(downloads, 'dist'));
  expect(files).toContain(wheel);
  expect(files).toContain('source-2.0.tar.gz');
  expect(readFileSync(join(downloads, 'dist', wheel))).toEqual(readFileSync(join(workspace.links, wheel)));

  const second = join(workspace.base, 'second');
  mkdirSync(second);
  const asked = server.requests.length;
  const words = ['-c', join(workspace.directory, 'buildout.cfg'), `buildout:directory=${second}`];
  const own = { cwd: second, environment: { XDG_CACHE_HOME: join(workspace.base, 'empty') } };
  const sockets = traceSockets(workspace.base);
  expectSuccess(
    await workspace.run([...words, 'buildout:install-from-cache=true'], { ...own, prefix: sockets.prefix }),
  );
  expect(eggsIn(second)).toEqual(eggsIn(workspace.directory));
  expect(server.requests.length).toBe(asked);
  expect(sockets.internetCalls()).toEqual([]);
});

test('a file in the download cache is used instead of fetching it', async () => {
  const { workspace, server } = await demoOnServer();
  const downloads = join(workspace.base, 'downloads');
  buildWheel(join(downloads, 'dist'), { name: 'demo', version: '1.0' });
  writeDemo(workspace, server.indexUrl, [`download-cache = ${downloads}`]);
  expectSuccess(await workspace.run());
  expect(version(workspace)).toBe('1.0');
  expect(server.paths()).not.toContain(`/files/${wheel}`);
});
