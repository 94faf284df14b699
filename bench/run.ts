// `npm run bench`: fetches uv and zc.buildout, runs them and clutch in turn, prints the table and writes the result.
// What is measured and how: docs/performance.md.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import type { Bench, BenchCase, CaseResult } from './bench-case.ts';
import { cold, memory } from './cases/cold.ts';
import { growth } from './cases/growth.ts';
import { hot, shared } from './cases/hot.ts';
import { noOp, recipeHost } from './cases/no-op.ts';
import { createContestants } from './contestants.ts';
import { describeMachine } from './machine.ts';
import { measure } from './measure.ts';
import { readOptions, usage, type BenchOptions } from './options.ts';
import { fetchPeers, type Peers } from './peers.ts';
import { readResult, writeResult, type BenchResult } from './publish/result-file.ts';
import { formatTables } from './publish/table.ts';
import { writeDocuments } from './publish/write-documents.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const cases: readonly BenchCase[] = [cold, hot, shared, noOp, recipeHost, memory, growth];

const options = readOptions(process.argv.slice(2));
if (options === undefined) process.stdout.write(usage);
else if (options.from !== undefined) publish(readResult(options.from), options);
else await main(options);

async function main(options: BenchOptions): Promise<void> {
  const chosen = chooseCases(options);
  const python = realPython(options.python);
  const workspace = openWorkspace({ work: options.work, python, keep: options.keep });
  try {
    const peers = fetchPeers(workspace.peers, python);
    const bench = createBench(options, { python, workspace, peers });
    const results: CaseResult[] = [];
    for (const one of chosen) results.push(...(await one.run(bench)));
    const result: BenchResult = {
      date: new Date().toISOString(),
      machine: describeMachine(workspace.logs, python),
      programs: { clutch: commit(), uv: peers.versions.uv, 'zc.buildout': peers.versions.zcBuildout },
      runs: options.runs,
      cases: results,
    };
    publish(result, options);
    if (options.only === undefined) process.stderr.write(`written: ${writeResult(result)}\n`);
  } finally {
    workspace.remove();
  }
}

function publish(result: BenchResult, { docs }: BenchOptions): void {
  process.stdout.write(`\n${formatTables(result)}\n`);
  if (docs) writeDocuments(result);
}

function chooseCases({ only }: BenchOptions): readonly BenchCase[] {
  const unknown = only?.filter((id) => !cases.some((one) => one.id === id)) ?? [];
  if (unknown.length > 0) throw new Error(`There is no case \`${unknown.join('`, `')}\`\n\n${usage}`);
  return only === undefined ? cases : cases.filter(({ id }) => only.includes(id));
}

/** Not a shim, which costs time at every start. */
function realPython(name: string): string {
  return execFileSync(name, ['-c', 'import os, sys; print(os.path.realpath(sys.executable))'])
    .toString()
    .trim();
}

function createBench(
  options: BenchOptions,
  parts: { python: string; workspace: Workspace; peers: Peers },
): Bench {
  const { python, workspace } = parts;
  const program = options.program ?? join(import.meta.dirname, '../bin/buildout');
  return {
    options,
    python,
    workspace,
    contestants: createContestants({ program, ...parts }),
    say: (text) => process.stderr.write(`${text}\n`),
    prepare: async (command, label) => {
      await measure(command, { python, logDirectory: workspace.logs, label });
    },
  };
}

function commit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname })
    .toString()
    .trim();
}
