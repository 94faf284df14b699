// The programs that are compared: what each would send for an upgrade, and what making and applying it takes. All see the
// same trees; those that work on archives get them as tar.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Measurement } from '../measure.ts';
import type { DeltaCase } from './releases.ts';

export interface ToolRun {
  one: DeltaCase;
  /** A directory of its own. */
  scratch: string;
  program: string;
  python: string;
  /** Runs a command and says what it took; its output is in the file `output(label)`. */
  timed: (argv: readonly string[], label: string) => Promise<Measurement>;
  output: (label: string) => string;
}

export interface ToolResult {
  /** What has to be sent. */
  bytes: number;
  make: Measurement;
  apply: Measurement;
}

export type DeltaTool = (run: ToolRun) => Promise<ToolResult>;

export const tools: Record<string, DeltaTool> = {
  clutch,
  'zstd --patch-from': zstd,
  xdelta3,
  casync,
  rsync,
  'tar of changed files': changedFiles,
};

/** Applying is everything that the upgrade does: verify the old release, build, verify the new one, switch. */
async function clutch({ one, scratch, program, python, timed }: ToolRun): Promise<ToolResult> {
  const file = join(scratch, 'upgrade.pyz');
  const make = await timed(
    [program, 'release', 'delta', one.old.bundle, one.target.bundle, '-o', file],
    'make',
  );
  execFileSync(python, [join(one.old.bundle, 'install.py'), '--root', scratch], { stdio: 'ignore' });
  const apply = await timed([python, file, join(scratch, 'opt/plone')], 'apply');
  return { bytes: statSync(file).size, make, apply };
}

async function zstd({ one, scratch, timed }: ToolRun): Promise<ToolResult> {
  const file = join(scratch, 'patch.zst');
  const from = ['--long=31', `--patch-from=${one.old.tar}`];
  const make = await timed(['/usr/bin/zstd', '-19', '-q', ...from, one.target.tar, '-o', file], 'make');
  const command = `/usr/bin/zstd -d -q --memory=2048MB ${from.join(' ')} ${file} -o new.tar && mkdir new && tar -xf new.tar -C new`;
  return {
    bytes: statSync(file).size,
    make,
    apply: await timed(['/bin/sh', '-c', `cd ${scratch} && ${command}`], 'apply'),
  };
}

async function xdelta3({ one, scratch, timed }: ToolRun): Promise<ToolResult> {
  const file = join(scratch, 'patch.xdelta');
  const window = ['-B', String(2 ** 29)];
  const make = await timed(
    ['/usr/bin/xdelta3', '-e', '-9', ...window, '-s', one.old.tar, one.target.tar, file],
    'make',
  );
  const command = `/usr/bin/xdelta3 -d ${window.join(' ')} -s ${one.old.tar} ${file} new.tar && mkdir new && tar -xf new.tar -C new`;
  return {
    bytes: statSync(file).size,
    make,
    apply: await timed(['/bin/sh', '-c', `cd ${scratch} && ${command}`], 'apply'),
  };
}

/** What has to be sent: the index, and the chunks that the old release does not have. */
async function casync({ one, scratch, timed }: ToolRun): Promise<ToolResult> {
  const store = (name: string): string => `--store=${join(scratch, `${name}.castr`)}`;
  const index = (name: string): string => join(scratch, `${name}.caidx`);
  execFileSync('casync', ['make', store('old'), index('old'), one.old.tree], { stdio: 'ignore' });
  const make = await timed(['/usr/bin/casync', 'make', store('new'), index('new'), one.target.tree], 'make');
  const known = new Set(chunksIn(join(scratch, 'old.castr')));
  const sent = chunksIn(join(scratch, 'new.castr')).filter((name) => !known.has(name));
  const sizes = sent.map((name) => statSync(join(scratch, 'new.castr', name)).size);
  const words = ['extract', store('new'), `--seed=${one.old.tree}`, index('new'), join(scratch, 'new')];
  const apply = await timed(['/usr/bin/casync', ...words], 'apply');
  return { bytes: sizes.reduce((sum, size) => sum + size, statSync(index('new')).size), make, apply };
}

function chunksIn(store: string): string[] {
  return readdirSync(store, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.cacnk'));
}

/** Needs both sides at once, so making it is part of applying it. By content: all files have the same time. */
async function rsync({ one, scratch, timed, output }: ToolRun): Promise<ToolResult> {
  const copy = join(scratch, 'new');
  execFileSync('cp', ['-a', one.old.tree, copy]);
  const words = [
    '-azc',
    '--fuzzy',
    '--no-whole-file',
    '--delete-after',
    '--stats',
    `${one.target.tree}/`,
    copy,
  ];
  const apply = await timed(['/usr/bin/rsync', ...words], 'apply');
  const said = readFileSync(output('apply'), 'utf8').replaceAll(',', '');
  const bytes = [...said.matchAll(/^Total bytes (?:sent|received): (\d+)$/gm)].map(([, count]) =>
    Number(count),
  );
  return { bytes: bytes.reduce((sum, count) => sum + count, 0), make: { wall: 0, cpu: 0 }, apply };
}

/** What one would do by hand. Names of eggs carry versions, so an upgraded package is sent whole. */
async function changedFiles({ one, scratch, timed }: ToolRun): Promise<ToolResult> {
  const list = join(scratch, 'changed');
  const differs = `cd ${one.target.tree} && find . -type f | while read -r file; do cmp -s "$file" ${one.old.tree}/"$file" || echo "$file"; done > ${list}`;
  execFileSync('/bin/sh', ['-c', differs]);
  const file = join(scratch, 'changed.tar.zst');
  const make = await timed(
    ['/bin/sh', '-c', `tar -C ${one.target.tree} -cf - -T ${list} | zstd -19 -q -o ${file}`],
    'make',
  );
  execFileSync('cp', ['-a', one.old.tree, join(scratch, 'new')]);
  return {
    bytes: statSync(file).size,
    make,
    apply: await timed(['/bin/tar', '-xf', file, '-C', join(scratch, 'new')], 'apply'),
  };
}
