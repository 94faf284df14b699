// A run with nothing to do: with Python recipes it takes at most half of zc.buildout's time.

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

test.each(['plone.recipe.zope2instance', 'z3c.recipe.mkdir'])(
  'a no-op run of %s takes at most half of zc.buildout’s time',
  async (project) => {
    const [theirs, ours] = [await timeNoOp(project, programs[0]), await timeNoOp(project, programs[1])];
    process.stdout.write(`no-op of ${project}: zc.buildout ${theirs} ms, clutch ${ours} ms\n`);
    expect(ours / theirs).toBeLessThanOrEqual(0.5);
  },
  600_000,
);

/** The median of some runs after the first. */
async function timeNoOp(project: string, program: ProgramUnderTest): Promise<number> {
  const recipe = recipeCases.find((other) => other.project === project);
  if (recipe === undefined) throw new Error(`no case ${project}`);
  const workspace = createWorkspace();
  try {
    workspace.write(recipe.files ?? {});
    await recipe.prepare?.(workspace);
    workspace.write({ 'buildout.cfg': configurationOf(recipe, Object.keys(recipe.parts), workspace) });
    expect((await program.run(workspace)).code).toBe(0);
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const started = performance.now();
      const { stdout } = await program.run(workspace);
      times.push(Math.round(performance.now() - started));
      expect(stdout).toMatch(/^Updating /m);
    }
    return times.toSorted((a, b) => a - b)[runs >> 1] ?? 0;
  } finally {
    workspace.remove();
  }
}
