// Plone's eggs in a shared directory: the second buildout and fifty more cost what a run with nothing to do costs, and not
// a file is copied; zc.buildout with a common eggs directory is the measure. Figures are medians, with room for a busy
// machine; `npm run bench -- --only shared` gives the real ones.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { expectSuccess, pathsBelow } from '../support/for-test.ts';
import { statusOfInstance } from '../support/plone-instance.ts';
import { referencePython } from '../support/reference-python.ts';
import {
  createWorkspace,
  finish,
  repository,
  type RunResult,
  type Workspace,
} from '../support/run-clutch.ts';

const minutes = 60_000;
let workspace: Workspace;
let shared: string;

beforeAll(() => {
  workspace = createWorkspace();
  shared = join(workspace.base, 'shared');
  mkdirSync(shared);
});
afterAll(() => workspace.remove());

function makeBuildout(name: string): string {
  const directory = join(workspace.base, name);
  cpSync(join(repository, 'bench/plone62'), directory, { recursive: true });
  return directory;
}

async function timed(run: () => Promise<RunResult>): Promise<number> {
  const started = performance.now();
  expectSuccess(await run());
  return performance.now() - started;
}

const share = (cwd: string): Promise<RunResult> =>
  workspace.run(['-N', '-c', 'eggs.cfg', `buildout:shared-part-list=${shared}`], { cwd });

/** What a run adds to the directory of a buildout. */
const written = ['.installed.cfg', 'bin', 'bin/py', 'develop-eggs', 'eggs', 'eggs/v5', 'parts'];

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

test(
  'fifty buildouts cost fifty times a run with nothing to do, and copy nothing',
  async () => {
    expectSuccess(await share(makeBuildout('first')));
    // Every buildout registers itself, which is one small file; nothing else is added.
    const content = (): string[] => pathsBelow(shared).filter((path) => !path.startsWith('.users'));
    const files = content().length;
    const eggs = readdirSync(join(shared, '__eggs__')).length;
    expect(eggs).toBeGreaterThan(230);
    const hot: number[] = [];
    const idle: number[] = [];
    for (let index = 0; index < 50; index += 1) {
      const directory = makeBuildout(`buildout${index}`);
      const before = pathsBelow(directory);
      hot.push(await timed(() => share(directory)));
      if (index % 5 === 0) idle.push(await timed(() => share(directory)));
      // Nothing but what every buildout writes for itself: not one file of an egg.
      expect(pathsBelow(directory).filter((path) => !before.includes(path))).toEqual(written);
    }
    expect(content()).toHaveLength(files);
    process.stdout.write(
      `shared-plone: 50 buildouts ${Math.round(hot.reduce((sum, one) => sum + one, 0))} ms, median ${Math.round(median(hot))} ms, nothing to do ${Math.round(median(idle))} ms\n`,
    );
    expect(median(hot)).toBeLessThanOrEqual(median(idle) + 60);
    // The fiftieth is as cheap as the second.
    expect(median(hot.slice(25))).toBeLessThanOrEqual(1.3 * median(hot.slice(0, 25)) + 20);
  },
  20 * minutes,
);

test(
  'it takes a fraction of what zc.buildout takes with a common eggs directory',
  async () => {
    const common = join(workspace.base, 'common');
    const args = ['-N', '-c', 'eggs.cfg', `buildout:eggs-directory=${common}`];
    const fill = makeBuildout('fill');
    expectSuccess(await workspace.run(args, { cwd: fill }));
    const python = await referencePython();
    const program = 'import sys, zc.buildout.buildout as b; sys.argv[0] = "buildout"; b.main()';
    const reference = (cwd: string): Promise<RunResult> => {
      const env = { ...process.env, HOME: workspace.home };
      return finish(spawn(python, ['-c', program, ...args], { cwd, env }));
    };
    // It fetches its recipe's egg once.
    expectSuccess(await reference(fill));
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < 9; round += 1) {
      const [one, two] = [makeBuildout(`ours${round}`), makeBuildout(`theirs${round}`)];
      ours.push(await timed(() => share(one)));
      theirs.push(await timed(() => reference(two)));
    }
    process.stdout.write(
      `shared-plone: clutch ${Math.round(median(ours))} ms, zc.buildout ${Math.round(median(theirs))} ms\n`,
    );
    expect(median(ours)).toBeLessThanOrEqual(0.2 * median(theirs));
  },
  20 * minutes,
);

test(
  "Python recipes run from a shared directory, SlapOS's rule keeps what they use, and copies go back to zc.buildout",
  async () => {
    const software = join(workspace.base, 'software');
    mkdirSync(software);
    const directory = makeBuildout('software/plone');
    const own = { ...workspace, directory };
    const ports = ['instance:http-address=127.0.0.1:18085', 'zeoserver:zeo-address=127.0.0.1:18105'];
    const inRoot = [`buildout:shared-part-list=${shared}`, ...ports];
    expectSuccess(await workspace.run(inRoot, { cwd: directory }));
    // What buildout itself runs on is not shared.
    const names = readdirSync(join(directory, 'eggs', 'v5')).map((name) => name.split('-', 1)[0]);
    const runtime = ['packaging', 'pip', 'platformdirs', 'setuptools', 'wheel', 'zc.buildout'];
    expect(new Set(names)).toEqual(new Set(runtime));
    const rule = (): string =>
      execFileSync('python3', [join(repository, 'test/support/slapos_rule.py'), shared, software], {
        encoding: 'utf8',
      });
    // The buildouts of the other tests are not in this directory, but use the same eggs.
    rule();
    expect(rule()).toBe('');
    const again = await workspace.run(['-N', ...inRoot], { cwd: directory });
    expectSuccess(again);
    expect(again.stdout).not.toMatch(/Getting distribution|missing|^Installing|^Uninstalling/m);
    expect(await statusOfInstance(own, 18_085)).toBe(200);

    expectSuccess(await workspace.run(['-N', 'buildout:shared-eggs=copy', ...inRoot], { cwd: directory }));
    rmSync(shared, { recursive: true });
    expect(await statusOfInstance(own, 18_085)).toBe(200);
    const python = await referencePython();
    const program = 'import sys, zc.buildout.buildout as b; sys.argv[0] = "buildout"; b.main()';
    const env = { PATH: process.env['PATH'], HOME: workspace.home };
    const back = await finish(spawn(python, ['-c', program, '-N', ...ports], { cwd: directory, env }));
    expectSuccess(back);
    expect(back.stdout).not.toContain('Getting distribution');
  },
  20 * minutes,
);
