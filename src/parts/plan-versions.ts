// Which versions scripts would see that they do not see now: what their text says against the working sets to come.

import { canonicalizeName } from '#standards';
import type { DryRun } from './dry-run.ts';
import { recordedPaths } from './plan-scripts.ts';
import type { PartPreview } from './preview-parts.ts';
import type { VersionChange } from './run-plan.ts';
import { readVersionsInScripts } from './versions-in-scripts.ts';

export function planVersions(dry: DryRun, previews: readonly PartPreview[]): VersionChange[] {
  const before = readVersionsInScripts(dry.records.parts.flatMap((part) => recordedPaths(dry, part)));
  const after = new Map<string, { project: string; versions: Set<string>; develops: boolean }>();
  for (const dist of previews.flatMap(({ preview }) => preview?.workingSet ?? [])) {
    const name = canonicalizeName(dist.project);
    const known = after.get(name) ?? { project: dist.project, versions: new Set(), develops: false };
    known.versions.add(dist.version);
    after.set(name, { ...known, develops: known.develops || dist.precedence === 'develop' });
  }
  const arriving = new Set(dry.eggs.arrivals().map(({ project }) => canonicalizeName(project)));
  const changed = [...after].flatMap(([name, { project, versions, develops }]): VersionChange[] => {
    const from = [...(before.get(name) ?? [])];
    const to = [...versions];
    // Not named by a script so far: new, or used by a part without scripts, or a develop egg.
    if (from.length === 0 && (develops || !arriving.has(name))) return [];
    return isSame(from, to) ? [] : [{ project, from, to }];
  });
  return [...changed, ...gone(before, after, previews)].sort((a, b) => (a.project < b.project ? -1 : 1));
}

/** Only when everything that could use them was looked at. */
function gone(
  before: ReadonlyMap<string, ReadonlySet<string>>,
  after: ReadonlyMap<string, unknown>,
  previews: readonly PartPreview[],
): VersionChange[] {
  if (!previews.every(({ knowsScripts }) => knowsScripts)) return [];
  return [...before]
    .filter(([name]) => !after.has(name))
    .map(([project, versions]) => ({ project, from: [...versions], to: [] }));
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((version) => b.includes(version));
}
