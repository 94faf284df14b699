// What people get wrong with the commands of the repository: each is told what it was, to what, and the way out, without
// a stack; and each command has help with examples.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { buildWheel } from '../../support/build-distribution.ts';
import { expectFailure, expectSuccess, workspaceForTest } from '../../support/for-test.ts';
import { createTestToken, launchRepository, type TestRepository } from '../../support/repository-server.ts';
import { createWorkspace, type Workspace } from '../../support/run-clutch.ts';

let workspace: Workspace;
let repository: TestRepository;
let wheel = '';

beforeAll(async () => {
  workspace = createWorkspace();
  repository = await launchRepository(workspace);
  wheel = buildWheel(workspace.base, { name: 'demo', version: '1.0' });
});

afterAll(async () => {
  await repository.stop('SIGKILL');
  workspace.remove();
});

/** One of each command that talks to a repository. */
const commands = (): string[][] => [
  ['publish', wheel],
  ['promote', 'demo', '1.0'],
  ['yank', 'demo', '1.0'],
  ['delete', 'demo', '1.0', '--yes'],
  ['reserve', 'demo'],
  ['token', 'list'],
  ['token', 'create', 'x'],
  ['token', 'revoke', 'x'],
];

/** What all of them say with this address and environment. */
async function sayAll(url: string, environment: Record<string, string> = {}): Promise<string[]> {
  return Promise.all(
    commands().map(async (words) => {
      const result = await workspace.run([...words, '--repository', url], { environment });
      expect(result.code, words.join(' ')).toBe(1);
      const said = result.stdout + result.stderr;
      expect(said).not.toMatch(/internal error|^ +at /m);
      return said;
    }),
  );
}

test('without a token, each command says which variable has it', async () => {
  for (const said of await sayAll(repository.url)) {
    expect(said).toMatch(/This needs a token\n *hint: set CLUTCH_REPOSITORY_TOKEN/);
  }
});

test('with a wrong token, each says where it comes from', async () => {
  for (const said of await sayAll(repository.url, { CLUTCH_REPOSITORY_TOKEN: 'clutch_0123456789ab_no' })) {
    expect(said).toMatch(
      /The token is not known, has expired or was revoked\n *hint: it comes from CLUTCH_REPOSITORY_TOKEN/,
    );
  }
  const url = new URL(repository.url);
  url.username = 'me';
  url.password = 'wr0ng';
  for (const said of await sayAll(url.href)) {
    expect(said).toContain('it comes from the URL of --repository');
    expect(said).not.toContain('wr0ng');
  }
});

test('with a token that may not, each says what it does not allow', async () => {
  const token = await createTestToken(workspace, repository.directory, ['--action', 'links']);
  for (const said of await sayAll(repository.url, { CLUTCH_REPOSITORY_TOKEN: token })) {
    expect(said).toMatch(/The token `test` does not allow `\w+` for .*\n *hint: ask whoever runs/);
  }
});

test('an address at which nobody listens is named', async () => {
  for (const said of await sayAll('http://127.0.0.1:1/')) {
    expect(said).toMatch(/`127\.0\.0\.1:1` refuses the connection.*\nhint: check the URL/);
  }
});

test('an address that is not that of a repository is doubted', async () => {
  const other = createServer((incoming, outgoing) => {
    incoming.resume();
    outgoing.writeHead(404, { 'content-type': 'text/html' }).end('<html>Not here');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  for (const said of await sayAll(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`)) {
    expect(said).toMatch(/answers with status 404\n *hint: is `http:.*` the URL of a repository\?/);
  }
});

test.each(['eggs.example.org', 'ftp://eggs.example.org/', 'file:///srv/eggs'])(
  'the address %s is none',
  async (url) => {
    for (const said of await sayAll(url)) {
      expect(said).toContain('--repository is not an http or https URL\nhint: write it as https://host/');
    }
  },
);

test('files that are not there, or are none, are named', async () => {
  const publish = (...words: string[]): Promise<{ stdout: string; stderr: string }> =>
    workspace.run(['publish', '--repository', repository.url, ...words]);
  expect((await publish('dist/demo-1.0.tar.gz')).stderr).toContain('there is no file `dist/demo-1.0.tar.gz`');
  const text = join(workspace.base, 'notes.txt');
  writeFileSync(text, '');
  expect((await publish(text)).stdout).toMatch(
    /^notes\.txt: Refused by the check of the file name: .*no wheel/,
  );
  const dist = join(workspace.directory, 'dist');
  mkdirSync(dist);
  expect((await publish('dist')).stderr).toMatch(
    /The egg cache has no egg of dist .*\nhint: name the files in it: dist\/\*/,
  );
  expect((await publish(dist)).stderr).toMatch(
    /dist` is a directory\nhint: name the files in it: .*dist\/\*/,
  );
});

/** The commands that work on a directory, with `directory`. */
const onDirectory = (directory: string): string[][] => [
  ['serve', '--data', directory, '--listen', '0'],
  ['token', 'create', 'x', '--data', directory],
];
const onKnownDirectory = (directory: string): string[][] => [
  ['serve', '--check', '--data', directory],
  ['serve', '--backup', join(workspace.base, 'backup'), '--data', directory],
  ['token', 'list', '--data', directory],
  ['token', 'revoke', 'x', '--data', directory],
];

test('a directory that is none of a repository is not made into one by mistake', async () => {
  const missing = join(workspace.base, 'nowhere');
  const file = join(workspace.base, 'file');
  writeFileSync(file, '');
  for (const directory of [missing, file, workspace.base]) {
    for (const words of onKnownDirectory(directory)) {
      expect(expectFailure(await workspace.run(words)), words.join(' ')).toMatch(
        /is no data directory: it has no records\.sqlite\nhint: name the directory/,
      );
    }
  }
  expect(existsSync(missing)).toBe(false);
  for (const directory of [file, join(file, 'below')]) {
    for (const words of onDirectory(directory)) {
      expect(expectFailure(await workspace.run(words)), words.join(' ')).toMatch(
        /` is no directory\nhint: give the path of a directory/,
      );
    }
  }
});

test('a directory of a newer version is left alone', async () => {
  const own = workspaceForTest();
  const directory = join(own.base, 'data');
  await createTestToken(own, directory);
  const database = new DatabaseSync(join(directory, 'records.sqlite'));
  database.exec('PRAGMA user_version = 99');
  database.close();
  const before = readdirSync(directory);
  const all = [...onDirectory(directory), ['token', 'list', '--data', directory]];
  for (const words of all) {
    expect(expectFailure(await own.run(words)), words.join(' ')).toMatch(
      /was written by a newer version of clutch\nhint: start that version, or restore a backup/,
    );
  }
  expect(readdirSync(directory).filter((name) => name !== 'lock')).toEqual(before);
});

test('records that are no database are named', async () => {
  const own = workspaceForTest();
  const directory = join(own.base, 'data');
  mkdirSync(directory);
  writeFileSync(join(directory, 'records.sqlite'), 'hello '.repeat(1000));
  for (const words of [...onDirectory(directory), ...onKnownDirectory(directory)]) {
    expect(expectFailure(await own.run(words)), words.join(' ')).toMatch(
      /records\.sqlite` is no SQLite database, or damaged\nhint: restore it from the backup/,
    );
  }
});

test('a directory in which nothing can be written is named: read-only, or without room', async () => {
  const own = workspaceForTest();
  const directory = join(own.base, 'data');
  mkdirSync(directory);
  const below = async (mount: string, words: readonly string[]): Promise<string> => {
    const script = `${mount} && shift && exec "$@"`;
    const prefix = ['unshare', '-Urm', 'sh', '-c', script, 'sh', directory];
    return expectFailure(await own.run(words, { prefix }));
  };
  for (const words of onDirectory(directory)) {
    const readOnly = await below('mount -t tmpfs -o ro tmpfs "$1"', words);
    expect(readOnly, words.join(' ')).toMatch(
      /data` (?:is on a read-only file system|can’t be opened)\nhint: /,
    );
    const full = await below('mount -t tmpfs -o size=8k tmpfs "$1"', words);
    expect(full, words.join(' ')).toMatch(
      /data` has (?:no room: the disk is full|a disk that fails or is full)\nhint: /,
    );
  }
});

test('a backup into itself is refused, and nothing happens to it', async () => {
  for (const target of [repository.directory, join(repository.directory, '..', 'data')]) {
    const words = ['serve', '--data', repository.directory, '--backup', target];
    expect(expectFailure(await workspace.run(words))).toContain('is the data directory itself');
  }
  expectSuccess(await workspace.run(['serve', '--data', repository.directory, '--check']));
  const words = ['serve', '--data', repository.directory, '--backup', wheel];
  expect(expectFailure(await workspace.run(words))).toContain('` is no directory\nhint: ');
});

test.each([
  [['serve'], /serve needs --data DIR/],
  [['serve', '--data', 'x', '--listen', 'here'], /`here` is no address: give PORT, HOST:PORT/],
  [['serve', '--data', 'x', '--listen', '127.0.0.1:65536'], /is no address/],
  [['serve', '--data', 'x', '--listen', '192.0.2.1:0'], /192\.0\.2\.1:0 is not one of this machine/],
  [['serve', '--data', 'x', '--log', 'xml'], /--log is `text` or `json`/],
  [['serve', '--data', 'x', '--max-file-size', 'big'], /`big` is no size for --max-file-size/],
  [['serve', '--data', 'x', '--upstream', 'https://a/', '--upstream-refresh', 'soon'], /`soon` is no age/],
  [['serve', '--data', 'x', '--listen', '0', '--webhook', 'foo'], /`foo` is not the URL of a webhook/],
  [['promote'], /promote needs NAME VERSION/],
  [['promote', 'a', '1', '2'], /unexpected argument: 2/],
  [['yank', 'a'], /yank needs NAME VERSION/],
  [['delete', 'a==1', '2'], /delete needs NAME VERSION/],
  [['reserve'], /reserve needs the name of a project/],
  [['publish'], /publish needs a file or the name of a project/],
  [['publish', '--fast', 'x.whl'], /Unknown option '--fast'/],
  [['token', 'create'], /token create needs a name/],
  [['token', 'revoke'], /token revoke needs the id/],
  [['token', 'list', '--data', 'x', '--repository', 'http://x/'], /give --data or --repository, not both/],
  [['promote', 'a', '1'], /No repository is named\nhint: give --repository URL, or set CLUTCH_REPOSITORY/],
])('%j is told what is wrong', async (words, message) => {
  expect(expectFailure(await workspace.run(words))).toMatch(message);
});

test.each([
  'serve',
  'publish',
  'promote',
  'yank',
  'delete',
  'reserve',
  'token',
  'token create',
  'token list',
  'token revoke',
])('%s has help with examples', async (command) => {
  const help = await workspace.run([...command.split(' '), '--help']);
  expectSuccess(help);
  expect(help.stdout).toMatch(new RegExp(`^Usage: clutch ${command} `));
  expect(help.stdout).toMatch(new RegExp(`\\nExamples:\\n(?: .*\\n)*? .*clutch ${command} `));
  expect(help.stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
});
