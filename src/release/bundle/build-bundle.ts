// `release bundle`: from a configuration to one archive with the application as it will lie at its prefix.

import { mkdirSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { memberOf, type NewMember } from '#archive';
import { BuildError, removeAbandoned, temporaryPathBeside } from '#base';
import { createManifest, describeTree, formatManifest, type ReleaseManifest } from '../tree/index.ts';
import { buildTree } from './build-tree.ts';
import { finishTree, type FinishedTree } from './finish-tree.ts';
import { inspectTree, type Inspection } from './inspect-tree.ts';
import { listLibraries } from './list-libraries.ts';
import { buildPathsOf, planBundle, type BundlePlan, type BundleRequest } from './plan-bundle.ts';
import { writeArchive } from './write-archive.ts';

export interface Bundle {
  /** The archive. */
  path: string;
  bytes: number;
  manifest: ReleaseManifest;
  /** In the tree. */
  files: number;
  treeBytes: number;
  /** What the user should know, one sentence each. */
  remarks: readonly string[];
}

/** Builds it; nothing is left behind but the archive, also after a failure. */
export async function buildBundle(request: BundleRequest): Promise<Bundle> {
  const plan = await planBundle(request);
  mkdirSync(dirname(plan.output), { recursive: true });
  removeAbandoned(dirname(plan.output));
  const workDirectory = temporaryPathBeside(plan.output);
  mkdirSync(workDirectory);
  try {
    const built = await buildTree(plan, request, workDirectory);
    const tree = await finishTree(built, plan);
    return await packTree(tree, { plan, request, workDirectory });
  } finally {
    rmSync(workDirectory, { recursive: true, force: true });
  }
}

interface Packing {
  plan: BundlePlan;
  request: BundleRequest;
  workDirectory: string;
}

async function packTree(tree: FinishedTree, { plan, request, workDirectory }: Packing): Promise<Bundle> {
  const inspection = inspectTree({
    tree: tree.directory,
    buildPaths: buildPathsOf(plan, request, workDirectory),
    allowed: [plan.python],
  });
  refuseBuildPaths(inspection, plan);
  const libraries = listLibraries({
    tree: tree.directory,
    current: plan.current,
    binaries: inspection.binaries,
    environment: request.settings.environment,
  });
  const { implementation, minor, platform } = request.settings.python;
  const manifest = createManifest(
    {
      name: plan.name,
      version: plan.version,
      prefix: plan.prefix,
      python: { implementation, version: minor, executable: plan.python },
      platform,
      libraries: libraries.needed,
      state: tree.state,
    },
    describeTree(tree.directory),
  );
  const beside: NewMember[] = [memberOf('manifest.json', formatManifest(manifest))];
  const { output: path, compression } = plan;
  const top = `${plan.name}-${plan.version}`;
  const bytes = await writeArchive({ output: path, compression, top, tree: tree.directory, beside });
  const remarks = [
    ...tree.remarks,
    ...libraries.missing.map(
      ({ soname, neededBy }) =>
        `\`${soname}\`, which \`${neededBy}\` names, is not on this machine: it is not among the needed libraries`,
    ),
  ];
  return { path, bytes, manifest, files: inspection.files, treeBytes: inspection.bytes, remarks };
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
    [
      `Files of ${basename(name)} name paths of this machine, which the target does not have:`,
      ...lines,
      ...more,
    ].join('\n'),
    {
      hint: 'make the part write paths below ${buildout:directory} only, or leave the file out with --exclude PATH',
    },
  );
}
