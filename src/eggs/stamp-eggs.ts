// The files that a decision rests on: of every egg on the shelf that could have been chosen, those that say what it is and
// requires.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { canonicalizeName, parseEggFilename } from '#standards';

import { linesOf } from './create-distribution.ts';
import { namesBehind, stampOf, type DecisionKey } from './decision-key.ts';
import type { EggRun } from './egg-run.ts';
import { findDistributions } from './find-distributions.ts';
import { examineEgg } from './known-eggs.ts';
import { namespaceSources } from './namespace-style.ts';
import type { RememberedDecision } from './remembered-decision.ts';

/** Stamps of every egg of these projects on the shelf; `undefined` when one of them is out of the ordinary. */
export function stampEggs(
  projects: ReadonlySet<string>,
  run: EggRun,
  { names, eggsDirectory, shelf }: DecisionKey,
): Pick<RememberedDecision, 'stamps' | 'asked' | 'behind'> | undefined {
  const stamps: Record<string, string> = {};
  for (const name of names) {
    const parts = parseEggFilename(name);
    if (parts === undefined || /link$/i.test(name)) return undefined;
    if (!projects.has(canonicalizeName(parts.project))) continue;
    const found = stampEgg(eggsDirectory, name, run);
    if (found === undefined) return undefined;
    for (const [path, stamp] of found) stamps[path.slice(eggsDirectory.length + 1)] = stamp;
  }
  const behind = namesBehind(shelf, projects);
  for (const [directory, found] of Object.entries(behind)) {
    for (const name of found) {
      const stamped = stampEgg(directory, name, run);
      if (stamped === undefined) return undefined;
      for (const [path, stamp] of stamped) stamps[path] = stamp;
    }
  }
  return { stamps, asked: [...projects].sort(), behind };
}

/** By full path; `undefined` for an egg that is out of the ordinary. */
function stampEgg(directory: string, name: string, run: EggRun): [string, string][] | undefined {
  const files = filesBehind(join(directory, name), name, run);
  return files?.map((file) => {
    const path = [directory, name, ...(file === '' ? [] : [file])].join('/');
    return [path, stampOf(path)];
  });
}

/** The paths in an egg that decide what it is and requires; `undefined` unless it is one distribution and no more. */
function filesBehind(location: string, name: string, run: EggRun): string[] | undefined {
  const egg = examineEgg(location, name);
  const { markers } = run.settings.python;
  const [dist, second] = findDistributions(location, { markers });
  if (egg === undefined || dist === undefined || second !== undefined) return undefined;
  if (linesOf(dist.dependencyLinks().join('\n')).length > 0) return undefined;
  const texts = ['METADATA', 'PKG-INFO', 'requires.txt', 'depends.txt', 'namespace_packages.txt'];
  const there = new Set(readdirSync(join(location, egg.directory)));
  const namespaces = dist.metadata('namespace_packages.txt');
  return [
    '',
    ...texts.filter((text) => there.has(text)).map((text) => `${egg.directory}/${text}`),
    ...(namespaces === undefined ? [] : namespaceSources(namespaces)),
  ];
}
