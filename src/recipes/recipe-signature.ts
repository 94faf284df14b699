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
import { tryNpmPackage } from './split-recipe.ts';

/** The value of `__buildout_signature__` for a part whose recipe was loaded by `loadRecipe` before. */
export async function recipeSignature(spec: string, buildout: BuildoutHandle): Promise<string> {
  const npmPackage = tryNpmPackage(spec);
  if (npmPackage !== undefined) return readNpmSignature(npmPackage, buildout.directory);
  const workingSet =
    findBuiltIn(spec) === undefined ? buildout.recipeWorkingSet : await findReferenceDistributions(buildout);
  return (await formatDistributions(collectRequired(spec, workingSet))).join(' ');
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

async function formatDistributions(distributions: readonly Distribution[]): Promise<string[]> {
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
function compareAsPkgResources(a: Distribution, b: Distribution): number {
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
