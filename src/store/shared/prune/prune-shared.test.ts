// Which entries stay: by records, scripts and markers, to a fixed point; what is never touched; the time of grace; and who
// is told why not.

import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createUseLock } from '../../use-lock.ts';
import { markPart } from '../part-marker.ts';
import { registerUser } from '../users.ts';
import { findUsed } from './find-used.ts';
import { pruneShared, type SharedPruneResult } from './prune-shared.ts';
import { restoreTrashed } from './trash.ts';

const base = mkdtempSync(join(tmpdir(), 'clutch-prune-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let root: string;
let software: string;
let count = 0;

beforeEach(() => {
  count += 1;
  root = join(base, `shared${count}`);
  software = join(base, `software${count}`);
  mkdirSync(root);
  mkdirSync(software);
});

function write(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const egg = (name: string, text = 'x'): string => write(join(root, '__eggs__', name, 'module.py'), text);

/** A complete part with these options; its place. */
function part(section: string, options: Record<string, string>): string {
  const { text, digest } = markPart({ ...options, section });
  write(join(root, section, digest, '.buildout-shared.json'), text);
  write(join(root, section, digest, 'bin', 'tool'), '#!/bin/sh\n');
  return `${section}/${digest}`;
}

const buildout = (name: string, records: string): string =>
  dirname(write(join(software, name, '.installed.cfg'), records));

interface Call {
  software?: readonly string[];
  grace?: number;
  dryRun?: boolean;
  trustedOwners?: readonly number[];
}

const prune = ({
  software: named = [software],
  grace = 0,
  dryRun = false,
  trustedOwners = [],
}: Call = {}): SharedPruneResult =>
  pruneShared({ root, software: named, graceMilliseconds: grace, dryRun, trustedOwners });

const placesIn = (result: Pick<SharedPruneResult, 'moved'>): string[] =>
  result.moved.map(({ place }) => place);
const remaining = (): string[] =>
  readdirSync(root)
    .filter((section) => !section.startsWith('.'))
    .flatMap((section) => readdirSync(join(root, section)).map((name) => `${section}/${name}`))
    .sort();

test('keeps what records, scripts and used markers name, to a fixed point, and frees the rest', () => {
  egg('used-1.0-py3.11.egg');
  egg('scripted-1.0-py3.11.egg');
  egg('unused-1.0-py3.11.egg', 'x'.repeat(1000));
  egg('inmarker-1.0-py3.11.egg');
  const lowest = part('lowest', {});
  const middle = part('middle', { from: `${root}/${lowest}` });
  const top = part('top', { from: `${root}/${middle}`, __eggs__: 'inmarker-1.0-py3.11.egg' });
  const alone = part('alone', {});
  const below = part('below', { from: `${root}/${alone}` });
  const one = buildout('one', `[a]\n__eggs__ = used-1.0-py3.11.egg\nlocation = ${root}/${top}\n`);
  write(join(one, 'bin', 'run'), `sys.path[0:0] = ['${root}/__eggs__/scripted-1.0-py3.11.egg']\n`);
  const plan = prune({ dryRun: true });
  expect(placesIn(plan).sort()).toEqual(['__eggs__/unused-1.0-py3.11.egg', alone, below].sort());
  expect(remaining()).toHaveLength(9);
  expect(existsSync(join(root, '.trash'))).toBe(false);

  const result = prune();
  expect(placesIn(result)).toEqual(placesIn(plan));
  expect(result).toMatchObject({ used: 6, buildouts: [one], bytesInTrash: 0 });
  expect(result.bytesFreed).toBeGreaterThanOrEqual(1000);
  expect(remaining()).toEqual(
    [
      '__eggs__/inmarker-1.0-py3.11.egg',
      '__eggs__/scripted-1.0-py3.11.egg',
      '__eggs__/used-1.0-py3.11.egg',
      lowest,
      middle,
      top,
    ].sort(),
  );
  expect(placesIn(prune())).toEqual([]);
});

test('what was taken away lies in .trash for the time of grace, and can be put back', () => {
  egg('a-1.0-py3.11.egg');
  const tool = part('tool', {});
  chmodSync(join(root, tool), 0o555);
  buildout('one', '[a]\n');
  const week = 7 * 86_400_000;
  const first = prune({ grace: week });
  expect(first.moved).toHaveLength(2);
  expect(first).toMatchObject({ deleted: [], bytesFreed: 0 });
  expect(first.bytesInTrash).toBeGreaterThan(0);
  expect(remaining()).toEqual([]);
  expect(prune({ grace: week })).toMatchObject({ moved: [], deleted: [] });

  expect(restoreTrashed(root, (place) => place === tool)).toEqual([tool]);
  expect(remaining()).toEqual([tool]);
  // Eight days later.
  const [time = ''] = readdirSync(join(root, '.trash'));
  renameSync(join(root, '.trash', time), join(root, '.trash', String(Number(time) - 8 * 86_400_000)));
  const later = prune({ grace: week });
  expect(later.deleted.map(({ place }) => place)).toEqual(['__eggs__/a-1.0-py3.11.egg']);
  expect(placesIn(later)).toEqual([tool]);
});

test('files that another tree has too are not counted as freed', () => {
  const path = egg('a-1.0-py3.11.egg', 'x'.repeat(500));
  linkSync(path, join(base, `link${count}`));
  egg('b-1.0-py3.11.egg', 'x'.repeat(30));
  buildout('one', '[a]\n');
  const result = prune();
  expect(result.moved.map(({ bytes }) => bytes)).toEqual([500, 30]);
  expect(result.bytesFreed).toBe(30);
});

test('follows no link, neither out of the directory nor into the trash', () => {
  const outside = join(base, `outside${count}`);
  write(join(outside, 'precious', 'file'), 'x');
  symlinkSync(outside, join(root, 'section'));
  mkdirSync(join(root, 'tool'));
  symlinkSync(join(outside, 'precious'), join(root, 'tool', '0'.repeat(32)));
  egg('a-1.0-py3.11.egg');
  symlinkSync(outside, join(root, '__eggs__', 'a-1.0-py3.11.egg', 'link'));
  buildout('one', '[a]\n');
  const result = prune();
  expect(result.left).toEqual([
    { path: join(root, 'section'), reason: 'is a link' },
    { path: join(root, 'tool', '0'.repeat(32)), reason: 'is a link' },
  ]);
  expect(placesIn(result)).toEqual(['__eggs__/a-1.0-py3.11.egg']);
  expect(readFileSync(join(outside, 'precious', 'file'), 'utf8')).toBe('x');

  rmSync(join(root, '.trash'), { recursive: true, force: true });
  symlinkSync(outside, join(root, '.trash'));
  egg('b-1.0-py3.11.egg');
  expect(() => prune()).toThrow(/\.trash is no directory/);
  expect(readdirSync(outside)).toEqual(['precious']);
});

test('a part that is perhaps being built is left for a day', () => {
  write(join(root, 'tool', 'a'.repeat(32), 'half'), 'x');
  buildout('one', '[a]\n');
  expect(prune()).toMatchObject({
    moved: [],
    left: [{ path: join(root, 'tool', 'a'.repeat(32)), reason: 'is perhaps being built' }],
  });
  const before = Date.now() / 1000 - 2 * 86_400;
  utimesSync(join(root, 'tool', 'a'.repeat(32)), before, before);
  expect(placesIn(prune())).toEqual([`tool/${'a'.repeat(32)}`]);
});

test('registered buildouts count, wherever they lie; named ones are registered; those that are gone are forgotten', () => {
  egg('a-1.0-py3.11.egg');
  egg('b-1.0-py3.11.egg');
  egg('c-1.0-py3.11.egg');
  const elsewhere = join(base, `elsewhere${count}`);
  const user = {
    directory: elsewhere,
    installed: join(elsewhere, 'var', 'installed'),
    bin: join(elsewhere, 'bin'),
  };
  write(user.installed, '[x]\n__eggs__ = a-1.0-py3.11.egg\n');
  const shared = { path: root, writing: <T>(action: () => T): T => action() };
  expect(registerUser(shared, user)).toBe(true);
  const one = buildout('one', '[x]\n__eggs__ = b-1.0-py3.11.egg\n');
  expect(prune()).toMatchObject({ buildouts: [elsewhere, one], used: 2 });
  expect(remaining()).toEqual(['__eggs__/a-1.0-py3.11.egg', '__eggs__/b-1.0-py3.11.egg']);
  // Nobody has to name it again.
  expect(prune({ software: [] })).toMatchObject({ used: 2, moved: [] });
  rmSync(elsewhere, { recursive: true });
  expect(prune({ software: [] })).toMatchObject({ forgotten: [elsewhere], buildouts: [one], used: 1 });
  expect(prune({ software: [] })).toMatchObject({ forgotten: [] });
});

test('does nothing while a run is at work, and says so', () => {
  egg('a-1.0-py3.11.egg');
  buildout('one', '[a]\n');
  const lock = createUseLock(join(root, '.clutch', 'locks', 'in-use'));
  lock.hold();
  expect(() => prune()).toThrow(`A run is at work that uses ${root}`);
  expect(remaining()).toHaveLength(1);
  expect(placesIn(prune({ dryRun: true }))).toHaveLength(1);
  lock.release();
  expect(placesIn(prune())).toHaveLength(1);
});

test.each([
  ['no buildout is known', () => prune({ software: [] }), 'SHARED_PRUNE_BLIND'],
  ['a directory has none', () => prune({ software: [base] }), 'SHARED_PRUNE_SOFTWARE'],
  ['a directory is not there', () => prune({ software: [join(base, 'none')] }), 'SHARED_PRUNE_SOFTWARE'],
])('refuses when %s', (_what, action, code) => {
  egg('a-1.0-py3.11.egg');
  expect(action).toThrow(expect.objectContaining({ code }));
  expect(remaining()).toHaveLength(1);
});

test('refuses a root that is not there, and one that everybody may write to', () => {
  buildout('one', '[a]\n');
  chmodSync(root, 0o777);
  expect(() => prune()).toThrow(expect.objectContaining({ code: 'SHARED_UNTRUSTED' }));
  root = join(base, 'none');
  expect(() => prune()).toThrow(expect.objectContaining({ code: 'SHARED_PRUNE_ROOT' }));
});

test.runIf(process.geteuid?.() === 0)('root prunes what is another user’s as that user', () => {
  const uid = 12_345;
  egg('a-1.0-py3.11.egg');
  egg('b-1.0-py3.11.egg');
  chmodSync(base, 0o755);
  buildout('one', '[x]\n__eggs__ = b-1.0-py3.11.egg\n');
  for (const path of ['', '__eggs__', '__eggs__/a-1.0-py3.11.egg', '__eggs__/a-1.0-py3.11.egg/module.py']) {
    chownSync(join(root, path), uid, uid);
  }
  expect(() => prune()).toThrow(expect.objectContaining({ code: 'SHARED_UNTRUSTED' }));
  expect(placesIn(prune({ trustedOwners: [uid] }))).toEqual(['__eggs__/a-1.0-py3.11.egg']);
  expect(remaining()).toEqual(['__eggs__/b-1.0-py3.11.egg']);
  expect(process.geteuid?.()).toBe(0);
});

test('a name counts wherever it occurs', () => {
  const entry = (name: string) => ({ section: 's', name, path: '', isComplete: true, modified: 0 });
  const entries = ['a b', 'a', 'b-1.0', 'ü'].map(entry);
  const used = findUsed(entries, ["path = '/x/a b/y'", 'xb-1.0.egg', 'ü'], () => []);
  expect([...used].map(({ name }) => name)).toEqual(['a b', 'a', 'b-1.0', 'ü']);
});
