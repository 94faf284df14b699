import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { readMachineSettings } from './read-machine-settings.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-machine-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let home: string;
let machine: string;
let count = 0;

beforeEach(() => {
  count += 1;
  home = join(root, `home${count}`);
  machine = join(home, 'etc', 'clutch.cfg');
});

function write(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const userFile = (): string => join(home, '.config', 'clutch', 'clutch.cfg');
const environment = (): Record<string, string> => ({ HOME: home, CLUTCH_MACHINE_CONFIG: machine });

test('no file is no setting', async () => {
  const settings = await readMachineSettings(environment());
  expect(settings.files).toEqual([machine, userFile()]);
  expect([...settings.section('remote-cache')]).toEqual([]);
});

test("the user's file decides over the machine's, option by option, and each knows its place", async () => {
  write(machine, '[remote-cache]\nurl = http://one\ntrusted-keys =\n    a\n    b\n');
  write(userFile(), '# mine\n[remote-cache]\nurl = http://two\n[shared]\ntrusted-owners = 1\n');
  const settings = await readMachineSettings(environment());
  const remote = settings.section('remote-cache');
  expect(remote.get('url')).toEqual({ value: 'http://two', file: userFile(), line: 3 });
  expect(remote.get('trusted-keys')?.value).toBe('a\nb');
  expect(settings.section('shared').get('trusted-owners')?.value).toBe('1');
});

test('XDG_CONFIG_HOME moves the user file, and an empty name switches the machine file off', async () => {
  const elsewhere = join(home, 'xdg');
  write(join(elsewhere, 'clutch', 'clutch.cfg'), '[a]\nb = c\n');
  const settings = await readMachineSettings({
    HOME: home,
    XDG_CONFIG_HOME: elsewhere,
    CLUTCH_MACHINE_CONFIG: '',
  });
  expect(settings.files).toEqual([join(elsewhere, 'clutch', 'clutch.cfg')]);
  expect(settings.section('a').get('b')?.value).toBe('c');
});

test.each([
  { section: 'remote-cache', option: 'trusted-keys +', line: 'trusted-keys += x' },
  { section: 'remote-cache', option: '<', line: '<= other' },
  { section: 'buildout', option: 'extends', line: 'extends = other.cfg' },
])('refuses `$line`, with its place', async ({ section, option, line }) => {
  write(userFile(), `[${section}]\n${line}\n`);
  await expect(readMachineSettings(environment())).rejects.toMatchObject({
    code: 'CONFIG_MACHINE_SYNTAX',
    where: { file: userFile(), line: 2, section, option },
  });
});

test('refuses a condition and text that is no configuration', async () => {
  write(userFile(), '[a:linux]\nb = c\n');
  await expect(readMachineSettings(environment())).rejects.toMatchObject({ code: 'CONFIG_CONDITION' });
  write(userFile(), 'nothing\n');
  await expect(readMachineSettings(environment())).rejects.toThrow('no section headers');
});

test.runIf(process.geteuid?.() !== 0)('a file that this user may not read counts as absent', async () => {
  chmodSync(write(machine, '[a]\nb = c\n'), 0);
  expect((await readMachineSettings(environment())).section('a').size).toBe(0);
});
