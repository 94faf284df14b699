// A run with nothing to do, with Python recipes: at most half of zc.buildout's time. What remains is mostly
// zc.buildout's import of setuptools, in both programs.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { programsFor, type ProgramUnderTest } from '../../support/compare-programs.ts';
import { referencePython } from '../../support/reference-python.ts';
import { createWorkspace } from '../../support/run-clutch.ts';
import { configurationOf } from './configuration-of.ts';
import { recipeCases } from './recipe-cases.ts';

const runs = 7;
let programs: readonly [ProgramUnderTest, ProgramUnderTest];
let cache: string;

beforeAll(async () => {
  cache = mkdtempSync(join(tmpdir(), 'clutch-recipes-'));
  programs = programsFor(await referencePython(), cache);
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

test('a no-op run of plone.recipe.zope2instance takes at most half of zc.buildout’s time', async () => {
  const project = 'plone.recipe.zope2instance';
  const [theirs, ours] = [await timeNoOp(project, programs[0]), await timeNoOp(project, programs[1])];
  process.stdout.write(`no-op of ${project}: zc.buildout ${theirs} ms, clutch ${ours} ms\n`);
  expect(ours / theirs).toBeLessThanOrEqual(0.5);
}, 600_000);

/** The fastest of some runs with nothing to do. */
async function timeNoOp(project: string, program: ProgramUnderTest): Promise<number> {
  const recipe = recipeCases.find((other) => other.project === project);
  if (recipe === undefined) throw new Error(`no case ${project}`);
  const workspace = createWorkspace();
  try {
    workspace.write(recipe.files ?? {});
    await recipe.prepare?.(workspace);
    workspace.write({ 'buildout.cfg': configurationOf(recipe, Object.keys(recipe.parts), workspace) });
    // The second run may install once more: eggs that were fetched by the first come first in its search path.
    for (const run of ['first', 'second']) expect((await program.run(workspace)).code, `${run} run`).toBe(0);
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const started = performance.now();
      const { stdout } = await program.run(workspace);
      times.push(Math.round(performance.now() - started));
      expect(stdout).toMatch(/^Updating /m);
    }
    return Math.min(...times);
  } finally {
    workspace.remove();
  }
}
