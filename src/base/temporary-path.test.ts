import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAbandoned, isTemporaryName, removeAbandoned, temporaryPathBeside } from './temporary-path.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clutch-temporary-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function nameOfDeadProcess(): string {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const own = basename(temporaryPathBeside(join(directory, 'a.egg')));
  return own.replace(`-${process.pid.toString(36)}-`, `-${dead.toString(36)}-`);
}

test('a name of a process that runs is not abandoned, one of a process that is gone is', () => {
  const own = basename(temporaryPathBeside(join(directory, 'a.egg')));
  expect([isTemporaryName(own), isAbandoned(own)]).toEqual([true, false]);
  expect(isAbandoned(nameOfDeadProcess())).toBe(true);
});

test('a name from another machine or boot is left alone, whoever runs there', () => {
  const foreign = nameOfDeadProcess().replace(/\.[0-9a-f]{8}-/, '.00000000-');
  expect([isTemporaryName(foreign), isAbandoned(foreign)]).toEqual([true, false]);
});

test('only abandoned names are removed, directories too', () => {
  mkdirSync(join(directory, nameOfDeadProcess(), 'inside'), { recursive: true });
  writeFileSync(join(directory, nameOfDeadProcess()), '');
  const own = temporaryPathBeside(join(directory, 'b'));
  writeFileSync(own, '');
  writeFileSync(join(directory, '.hidden.tmp'), '');
  removeAbandoned(directory);
  expect(readdirSync(directory).sort()).toEqual(['.hidden.tmp', basename(own)].sort());
});

test('a directory that is not there has no litter', () => {
  expect(() => removeAbandoned(join(directory, 'missing'))).not.toThrow();
});
