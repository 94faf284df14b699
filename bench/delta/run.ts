// `npm run bench:delta`: makes releases of Plone's 240 eggs and the upgrades between them, with clutch and with programs
// that could do the same, and prints what each sends and takes. docs/performance.md has the table.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { describeMachine, machineSlug } from '../machine.ts';
import { measure } from '../measure.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';
import { makeCases, type DeltaCase } from './releases.ts';
import { formatTable, type DeltaFigures, type DeltaRow } from './table.ts';
import { tools, type ToolResult } from './tools.ts';

const usage = `npm run bench:delta -- [--work DIR] [--only CASE,…] [--python PYTHON] [--program FILE] [--docs] [--from FILE]

  --work DIR      everything goes below DIR (default: a temporary directory); 5 GB
  --keep          leave what was made below DIR
  --only CASE,…   edit, two, thirty, rebuilt (default: all)
  --python FILE   the Python to build for (default: python3.11 on the PATH)
  --program FILE  what to measure (default: bin/buildout of this checkout)
  --releases DIR  build nothing: take the releases in DIR, the directory of a run with --keep
  --docs          put the table into docs/performance.md
  --from FILE     measure nothing, take this result file

Needs the Debian packages xdelta3, zstd, casync and rsync.
`;

const { values } = parseArgs({
  options: {
    work: { type: 'string' },
    keep: { type: 'boolean', default: false },
    only: { type: 'string' },
    python: { type: 'string', default: 'python3.11' },
    program: { type: 'string' },
    releases: { type: 'string' },
    docs: { type: 'boolean', default: false },
    from: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) process.stdout.write(usage);
else if (values.from !== undefined) publish(JSON.parse(readFileSync(values.from, 'utf8')) as DeltaFigures);
else await main();

async function main(): Promise<void> {
  const python = execFileSync(values.python, [
    '-c',
    'import os, sys; print(os.path.realpath(sys.executable))',
  ]);
  const settings = {
    python: python.toString().trim(),
    program: resolve(values.program ?? join(import.meta.dirname, '../../bin/buildout')),
    say: (text: string) => void process.stderr.write(`${text}\n`),
  };
  const workspace = openWorkspace({ work: values.work, python: settings.python, keep: values.keep });
  try {
    const wanted = values.only?.split(',');
    const all = await makeCases({ ...settings, workspace, releases: values.releases });
    const cases = all.filter(({ id }) => wanted?.includes(id) ?? true);
    const rows: DeltaRow[] = [];
    for (const one of cases) rows.push(await measureCase(one, { ...settings, workspace }));
    const result: DeltaFigures = {
      date: new Date().toISOString(),
      machine: describeMachine(workspace.logs, settings.python),
      programs: versions(),
      rows,
    };
    publish(result);
    if (wanted === undefined) settings.say(`written: ${writeResult(result)}`);
  } finally {
    workspace.remove();
  }
}

interface Settings {
  python: string;
  program: string;
  workspace: Workspace;
  say: (text: string) => void;
}

async function measureCase(one: DeltaCase, settings: Settings): Promise<DeltaRow> {
  const { workspace, python, program, say } = settings;
  const results: Record<string, ToolResult> = {};
  const environment = { ...workspace.home(one.id).environment, BUILDOUT_PYTHON: python };
  for (const [name, tool] of Object.entries(tools)) {
    if (one.id === 'rebuilt' && name === 'clutch' && isSame(one)) {
      results[name] = { bytes: 0, make: { wall: 0, cpu: 0 }, apply: { wall: 0, cpu: 0 } };
      continue;
    }
    say(`${one.id}: ${name}`);
    const slug = `${one.id}-${name.replaceAll(/\W+/g, '-')}`;
    const scratch = workspace.fresh(slug);
    const labelOf = (label: string): string => `${slug}-${label}`;
    results[name] = await tool({
      one,
      scratch,
      program,
      python,
      output: (label) => join(workspace.logs, `${labelOf(label)}.log`),
      timed: (argv, label) =>
        measure(
          { argv, cwd: scratch, environment },
          { python, logDirectory: workspace.logs, label: labelOf(label), withMemory: true },
        ),
    });
  }
  return { id: one.id, title: one.title, goal: one.goal, results };
}

/** Equal trees have equal manifests, and there is nothing to make an upgrade of. */
function isSame({ old, target }: DeltaCase): boolean {
  const [left, right] = [old, target].map(({ bundle }) =>
    readFileSync(join(bundle, 'manifest.json'), 'utf8'),
  );
  return left === right;
}

function versions(): Record<string, string> {
  const first = (command: string, ...words: string[]): string =>
    execFileSync('/bin/sh', ['-c', `${command} ${words.join(' ')} 2>&1 | head -1`])
      .toString()
      .trim();
  return {
    clutch: first('git', '-C', import.meta.dirname, 'rev-parse', '--short', 'HEAD'),
    zstd: first('zstd', '--version').replace(/.*v([\d.]+).*/, '$1'),
    xdelta3: first('xdelta3', '-V').replace(/.*version ([\d.]+).*/, '$1'),
    casync: first('casync', '--version').replace(/\D*/, ''),
    rsync: first('rsync', '--version').replace(/.*?version ([\d.]+).*/, '$1'),
  };
}

function writeResult(result: DeltaFigures): string {
  const directory = join(import.meta.dirname, '../results');
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `delta-${result.date.slice(0, 10)}-${machineSlug(result.machine)}.json`);
  const round = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Math.round(value * 1e3) / 1e3 : value;
  writeFileSync(path, `${JSON.stringify(result, round, 1)}\n`);
  return path;
}

function publish(result: DeltaFigures): void {
  const table = formatTable(result);
  process.stdout.write(`\n${table}\n`);
  if (!values.docs) return;
  const page = join(import.meta.dirname, '../../docs/performance.md');
  const text = readFileSync(page, 'utf8');
  const [start, end] = ['<!-- bench:delta: table -->', '<!-- bench:delta: end -->'].map((marker) =>
    text.indexOf(marker),
  );
  if (start === undefined || end === undefined || start < 0 || end < start) {
    throw new Error('docs/performance.md lost the markers of the table of deltas');
  }
  writeFileSync(page, `${text.slice(0, text.indexOf('\n', start))}\n${table}\n${text.slice(end)}`);
}
