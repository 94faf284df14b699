// A part is reinstalled when its recipe changes: the signature names the distributions that the recipe was loaded
// from, and for a develop egg the hash of its directory (buildout.py, _dists_sig).

import { basename } from 'node:path';
import type { Distribution, WorkingSet } from '#eggs';
import { canonicalizeName, compareVersions, parseRequirement, tryParseVersion } from '#standards';
import { findBuiltIn } from './built-in-recipes.ts';
import { hashDevelopDirectory } from './hash-develop-directory.ts';
import { readNpmSignature } from './npm-recipe.ts';
import type { BuildoutHandle } from './recipe.ts';
import { findReferenceDistributions } from './reference-distributions.ts';
import { seeAsOnPath, type Seen } from './see-as-on-path.ts';
import { tryNpmPackage } from './split-recipe.ts';

/**
 * The value of `__buildout_signature__` for a part whose recipe was loaded by `loadRecipe` before. For a built-in
 * recipe that is the `recorded` one: whatever zc.recipe.egg zc.buildout loaded for that part, the recipe is ours, and
 * with the value kept zc.buildout will not reinstall the part either.
 */
export async function recipeSignature(
  spec: string,
  buildout: BuildoutHandle,
  recorded?: string,
): Promise<string> {
  const npmPackage = tryNpmPackage(spec);
  if (npmPackage !== undefined) return readNpmSignature(npmPackage, buildout.directory);
  if (findBuiltIn(spec) === undefined) return signatureOf(spec, buildout.recipeWorkingSet);
  if (recorded !== undefined && standsForBuiltIn(recorded, buildout)) return recorded;
  const signature = await signatureOf(spec, await findReferenceDistributions(buildout));
  return signature === '' ? nameOfStandIn(buildout) : signature;
}

async function signatureOf(spec: string, workingSet: WorkingSet): Promise<string> {
  const seen = collectRequired(spec, workingSet).map((distribution) => seeAsOnPath(distribution, workingSet));
  return (await formatDistributions(seen)).join(' ');
}

/** Whether a recorded signature is of zc.recipe.egg, used by the Python of this run. */
function standsForBuiltIn(recorded: string, { python }: BuildoutHandle): boolean {
  const names = recorded.split(' ');
  const minors = names.map((name) => /-py(\d+\.\d+)\b[^/]*$/.exec(name)?.[1]);
  return (
    names.some((name) => /^zc[-._]recipe[-._]egg-/.test(name)) &&
    minors.every((minor) => minor === undefined || minor === python.minor)
  );
}

// Nothing of zc.recipe.egg is here: what its egg would be called, so that another Python reinstalls the part.
function nameOfStandIn({ python }: BuildoutHandle): string {
  return `zc.recipe.egg-6.0.0-py${python.minor}-${python.platform}.egg`;
}

/** The distributions a requirement needs, itself included, as far as the working set has them. */
function collectRequired(spec: string, workingSet: WorkingSet): Distribution[] {
  const byName = new Map(
    workingSet.map((distribution) => [canonicalizeName(distribution.project), distribution]),
  );
  const found = new Set<Distribution>();
  const seen = new Set<string>();
  const waiting = [parseRequirement(spec)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const name = canonicalizeName(next.name);
    const key = `${name}[${next.extras.join(',')}]`;
    const distribution = byName.get(name);
    if (distribution === undefined || seen.has(key)) continue;
    seen.add(key);
    found.add(distribution);
    waiting.push(...distribution.requires(next.extras));
  }
  return [...found];
}

async function formatDistributions(distributions: readonly Seen[]): Promise<string[]> {
  const names: string[] = [];
  for (const distribution of [...distributions].sort(compareAsPkgResources)) {
    const { location, precedence, project } = distribution;
    names.push(
      precedence === 'develop' ? `${project}-${await hashDevelopDirectory(location)}` : basename(location),
    );
  }
  return names;
}

// As in pkg_resources (Distribution.hashcmp): by version before name, which is why signatures look unsorted.
function compareAsPkgResources(a: Seen, b: Seen): number {
  return (
    compareVersionTexts(a.version, b.version) ||
    Number(a.precedence !== 'develop') - Number(b.precedence !== 'develop') ||
    compareTexts(a.project.toLowerCase(), b.project.toLowerCase()) ||
    compareTexts(a.location, b.location)
  );
}

function compareVersionTexts(a: string, b: string): number {
  const [left, right] = [tryParseVersion(a), tryParseVersion(b)];
  return left === undefined || right === undefined ? compareTexts(a, b) : compareVersions(left, right);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
