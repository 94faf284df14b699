import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { AnnotatedSections, AnnotatedValue } from '#config';
import { readRemoteCacheSettings, type RemoteCacheSettings } from './remote-cache-settings.ts';
import { warnOfMachineOptions } from './warn-of-machine-options.ts';

const home = mkdtempSync(join(tmpdir(), 'clutch-remote-settings-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const machineFile = join(home, 'machine.cfg');
const userFile = join(home, '.config', 'clutch', 'clutch.cfg');

function read(
  files: { machine?: string; user?: string },
  variables: Record<string, string> = {},
): Promise<RemoteCacheSettings | undefined> {
  mkdirSync(join(home, '.config', 'clutch'), { recursive: true });
  writeFileSync(machineFile, files.machine ?? '');
  writeFileSync(userFile, files.user ?? '');
  return readRemoteCacheSettings({ HOME: home, CLUTCH_MACHINE_CONFIG: machineFile, ...variables });
}

test('nothing is set: there is no remote cache', async () => {
  expect(await read({})).toBeUndefined();
  expect(await read({ machine: '[remote-cache]\nwrite = yes\n' })).toBeUndefined();
});

test('the machine says all, and reading is the default', async () => {
  const machine = [
    '[remote-cache]',
    'url = https://cache.example.com/team',
    'user = ci',
    'password = secret',
    'signing-key = keys/key.pem',
    'trusted-keys =',
    '    ed25519:AAAA  the builder of 2026',
    '    ed25519:BBBB',
    '',
  ].join('\n');
  const where = { file: machineFile, line: 6, section: 'remote-cache', option: 'trusted-keys' };
  expect(await read({ machine })).toEqual({
    url: 'https://cache.example.com/team',
    login: { user: 'ci', password: 'secret' },
    signingKey: join(home, 'keys', 'key.pem'),
    trustedKeys: [
      { text: 'ed25519:AAAA', where },
      { text: 'ed25519:BBBB', where },
    ],
    writes: false,
  });
});

test('variables decide over files, and an empty URL switches it off', async () => {
  const machine = '[remote-cache]\nurl = http://one\nwrite = yes\n';
  expect(await read({ machine }, { CLUTCH_REMOTE_CACHE_WRITE: 'no' })).toMatchObject({ writes: false });
  expect(await read({ machine }, { CLUTCH_REMOTE_CACHE_URL: 'http://two' })).toMatchObject({
    url: 'http://two',
    writes: true,
  });
  expect(await read({ machine }, { CLUTCH_REMOTE_CACHE_URL: '' })).toBeUndefined();
  const keys = await read({ machine }, { CLUTCH_REMOTE_CACHE_TRUSTED_KEYS: 'a b\nc' });
  expect(keys?.trustedKeys.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
});

test('a login does not go to a URL that somebody else set', async () => {
  const machine = '[remote-cache]\nurl = http://one\nuser = ci\npassword = secret\n';
  const user = '[remote-cache]\nurl = http://elsewhere\n';
  expect(await read({ machine, user })).not.toHaveProperty('login');
  expect(await read({ machine }, { CLUTCH_REMOTE_CACHE_URL: 'http://two' })).not.toHaveProperty('login');
});

test.each([
  ['an unknown option', 'url = http://one\ntrusted-key = x\n', 'REMOTE_OPTION_UNKNOWN'],
  ['no yes and no no', 'url = http://one\nwrite = maybe\n', 'CONFIG_INVALID_BOOLEAN'],
])('%s is named with its place', async (_, text, code) => {
  await expect(read({ machine: `[remote-cache]\n${text}` })).rejects.toMatchObject({
    code,
    where: { file: machineFile, line: 3 },
  });
});

test('what a project says about it is ignored, and its author is told', () => {
  const value = (text: string): AnnotatedValue =>
    ({ value: text, history: [{ operation: 'SET', value: text, source: 'buildout.cfg', line: 7 }] }) as never;
  const said = (sections: Record<string, Record<string, string>>): string[] => {
    const texts: string[] = [];
    const annotated: AnnotatedSections = new Map(
      Object.entries(sections).map(([name, options]) => [
        name,
        new Map(Object.entries(options).map(([option, text]) => [option, value(text)])),
      ]),
    );
    warnOfMachineOptions(annotated, (event) => {
      if (event.type === 'log') texts.push(event.text);
    });
    return texts;
  };
  expect(said({ buildout: { parts: 'x', 'egg-cache': 'y', 'egg-cache-size': '1G' } })).toEqual([]);
  expect(said({ 'remote-cache': { recipe: 'some.recipe', url: 'http://x' } })).toEqual([]);
  expect(said({ 'remote-cache': { url: 'http://x' }, buildout: { 'remote-cache-url': 'http://x' } })).toEqual(
    [
      'Option `url` in [remote-cache] (buildout.cfg:7) is ignored: no project decides about the remote cache.',
      'Option `remote-cache-url` in [buildout] (buildout.cfg:7) is ignored: no project decides about the remote cache.',
    ],
  );
});
