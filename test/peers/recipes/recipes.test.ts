// Recipes that people use, from PyPI, unmodified: each is installed, run again and uninstalled by zc.buildout and by
// clutch, which must say the same lines, exit with the same code and leave the same files. docs/recipes.md has the
// result; this suite keeps it true. `vitest run test/peers/recipes -t NAME` runs one of them.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  describeOutcome,
  programsFor,
  type Outcome,
  type ProgramUnderTest,
} from '../../support/compare-programs.ts';
import { referencePython } from '../../support/reference-python.ts';
import { createWorkspace, repository } from '../../support/run-clutch.ts';
import { configurationOf } from './configuration-of.ts';
import { recipeCases, type RecipeCase } from './recipe-cases.ts';

let programs: readonly [ProgramUnderTest, ProgramUnderTest];
let cache: string;

beforeAll(async () => {
  cache = mkdtempSync(join(tmpdir(), 'clutch-recipes-'));
  programs = programsFor(await referencePython(), cache);
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

test.each(recipeCases.map((recipe) => [recipe.project, recipe] as const))(
  '%s does what it does in zc.buildout',
  async (_project, recipe) => {
    const [theirs, ours] = await Promise.all(programs.map((program) => runThrice(recipe, program)));
    expect(ours?.map(({ code }) => code)).toEqual(theirs?.map(({ code }) => code));
    for (const step of [0, 1, 2]) {
      const name = ['install', 'no-op', 'uninstall'][step];
      expect(ours?.[step]?.console, `console of ${name}`).toEqual(theirs?.[step]?.console);
      expect(ours?.[step]?.files, `files after ${name}`).toEqual(theirs?.[step]?.files);
    }
    expect(theirs?.map(({ code }) => code)).toEqual(recipe.codes ?? [0, 0, 0]);
  },
  600_000,
);

test('docs/recipes.md has every recipe with the version that was measured', () => {
  const page = readFileSync(join(repository, 'docs/recipes.md'), 'utf8');
  for (const { project, version } of recipeCases) expect(page).toContain(`| ${project} | ${version} | `);
});

/** Installs, runs again, and removes the parts. */
async function runThrice(recipe: RecipeCase, program: ProgramUnderTest): Promise<Outcome[]> {
  const workspace = createWorkspace();
  try {
    workspace.write(recipe.files ?? {});
    await recipe.prepare?.(workspace);
    const outcomes: Outcome[] = [];
    for (const parts of [Object.keys(recipe.parts), Object.keys(recipe.parts), []]) {
      workspace.write({ 'buildout.cfg': configurationOf(recipe, parts, workspace) });
      const result = await program.run(workspace);
      if (process.env['CLUTCH_TEST_SHOW'] !== undefined) {
        process.stdout.write(`--- ${program.name}: ${result.code}\n${result.stdout}\n${result.stderr}\n`);
      }
      outcomes.push(await describeOutcome(workspace, result));
    }
    return outcomes;
  } finally {
    workspace.remove();
  }
}
