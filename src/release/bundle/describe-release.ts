// What a finished tree is, from its bytes: its manifest, its SBOM, and that it names nothing of the machine it was built on.

import { existsSync, readdirSync } from 'node:fs';
import { BuildError, homeDirectory } from '#base';
import { createSbom } from '../sbom/create-sbom.ts';
import type { Sbom } from '../sbom/cyclonedx.ts';
import type { FetchedPart } from '../sbom/describe-parts.ts';
import { createManifest, describeTree, unitOf, type ReleaseManifest, type Tree } from '../tree/index.ts';
import { findEggOrigins, type EggOrigins } from './egg-origins.ts';
import type { FinishedTree } from './finish-tree.ts';
import { inspectTree, type Inspection } from './inspect-tree.ts';
import { listLibraries, type LibraryList } from './list-libraries.ts';
import { loginsIn } from './logins.ts';
import { buildPathsOf, type BundlePlan, type BundleRequest } from './plan-bundle.ts';

export interface DescribedRelease {
  manifest: ReleaseManifest;
  sbom: Sbom;
  eggs: number;
  files: number;
  bytes: number;
  /** What the user should know, one sentence each. */
  remarks: readonly string[];
}

export interface ReleaseContext {
  plan: BundlePlan;
  request: BundleRequest;
  workDirectory: string;
  parts: readonly FetchedPart[];
}

/** Fails with `RELEASE_BUILD_PATH`, naming the files, when the tree names a path of the build or holds a login. */
export function describeRelease(finished: FinishedTree, context: ReleaseContext): DescribedRelease {
  const { plan, request, parts } = context;
  const { settings, toolVersion } = request;
  const tree = describeTree(finished.directory);
  const origins = findEggOrigins(tree, plan.project.caches, settings.report);
  settings.report({ type: 'phase', phase: 'Inspecting', totalBytes: bytesOf(tree) });
  const inspection = inspect(finished.directory, origins, context);
  refuseBuildPaths(inspection, plan);
  const libraries = listLibraries({
    tree: finished.directory,
    current: plan.current,
    binaries: inspection.binaries,
    environment: settings.environment,
  });
  const manifest = manifestOf(tree, { finished, libraries, context });
  const { sbom, unread } = createSbom({
    directory: finished.directory,
    tree,
    manifest,
    origins,
    parts,
    markers: settings.python.markers,
    toolVersion,
    ...(plan.hasEpoch ? { epoch: plan.epoch } : {}),
  });
  const { files, bytes } = inspection;
  const eggs = tree.units.filter(({ path }) => path.endsWith('.egg')).length;
  const remarks = [
    ...finished.remarks,
    ...libraries.missing.map(describeMissing),
    ...unread.map(describeUnread),
  ];
  return { manifest, sbom, eggs, files, bytes, remarks };
}

function inspect(
  tree: string,
  origins: EggOrigins,
  { plan, request, workDirectory }: ReleaseContext,
): Inspection {
  const { python, environment, configuration, report } = request.settings;
  const home = homeDirectory(environment);
  return inspectTree({
    tree,
    buildPaths: buildPathsOf(plan, workDirectory),
    secrets: loginsIn(configuration),
    home: { path: home, names: existsSync(home) ? readdirSync(home) : [] },
    isPublished: (file) => origins.get(unitOf(file, false))?.kind === 'wheel',
    allowed: [plan.python, python.basePrefix],
    onBytes: (bytes) => report({ type: 'phase-bytes', bytes }),
  });
}

function bytesOf({ units }: Tree): number {
  const entries = units.flatMap(({ entries: all }) => all);
  return entries.reduce((total, entry) => total + (entry.type === 'file' ? entry.size : 0), 0);
}

interface ManifestParts {
  finished: FinishedTree;
  libraries: LibraryList;
  context: ReleaseContext;
}

function manifestOf(tree: Tree, { finished, libraries, context }: ManifestParts): ReleaseManifest {
  const { plan, request } = context;
  const { implementation, minor, platform } = request.settings.python;
  return createManifest(
    {
      name: plan.name,
      version: plan.version,
      prefix: plan.prefix,
      python: { implementation, version: minor, executable: plan.python },
      platform,
      libraries: libraries.needed,
      state: finished.state,
    },
    tree,
  );
}

function describeMissing({ soname, neededBy = '' }: LibraryList['missing'][number]): string {
  return `\`${soname}\`, which \`${neededBy}\` names, is not on this machine either: the release does not ask for it`;
}

function describeUnread(path: string): string {
  return `\`${path}\` is no CycloneDX in JSON: it is not part of the SBOM`;
}

const mostNames = 20;

function refuseBuildPaths({ found }: Inspection, { name }: BundlePlan): void {
  if (found.length === 0) return;
  const lines = found
    .slice(0, mostNames)
    .map(({ file, names, where }) => `  ${file}: ${names}${where === 'link' ? ' (a link)' : ''}`);
  const more = found.length > mostNames ? [`  and ${found.length - mostNames} more`] : [];
  throw new BuildError(
    'RELEASE_BUILD_PATH',
    [`Files of ${name} name what belongs to this machine:`, ...lines, ...more].join('\n'),
    {
      hint:
        'make the part write paths below ${buildout:directory} only, put logins into ~/.netrc, ' +
        'or leave the file out with --exclude PATH',
    },
  );
}
