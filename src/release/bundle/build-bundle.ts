// `release bundle`: from a configuration to one archive with the application as it will lie at its prefix.

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { memberOf, type NewMember } from '#archive';
import { BuildError, homeDirectory, removeAbandoned, temporaryPathBeside, writeFileAtomically } from '#base';
import { createManifest, describeTree, formatManifest, unitOf, type ReleaseManifest } from '../tree/index.ts';
import { signContent, signFile } from '../signing/index.ts';
import { installProgram } from '../target-programs.ts';
import { buildTree } from './build-tree.ts';
import { findEggOrigins } from './egg-origins.ts';
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
  const { settings } = request;
  const described = describeTree(tree.directory);
  const origins = findEggOrigins(described, plan.project.caches, settings.report);
  const home = homeDirectory(settings.environment);
  const inspection = inspectTree({
    tree: tree.directory,
    buildPaths: buildPathsOf(plan, workDirectory),
    home: { path: home, names: existsSync(home) ? readdirSync(home) : [] },
    isPublished: (file) => origins.get(unitOf(file, false))?.kind === 'wheel',
    allowed: [plan.python, settings.python.basePrefix],
  });
  refuseBuildPaths(inspection, plan);
  const libraries = listLibraries({
    tree: tree.directory,
    current: plan.current,
    binaries: inspection.binaries,
    environment: settings.environment,
  });
  const { implementation, minor, platform } = settings.python;
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
    described,
  );
  const { output: path, compression, epoch } = plan;
  const { key } = request;
  const text = formatManifest(manifest);
  const beside: NewMember[] = [memberOf('install.py', installProgram()), memberOf('manifest.json', text)];
  if (key !== undefined) {
    beside.push(memberOf('manifest.json.minisig', signContent(text, { key, epoch, file: 'manifest.json' })));
  }
  const top = `${plan.name}-${plan.version}`;
  const bytes = await writeArchive({ output: path, compression, top, tree: tree.directory, beside });
  if (key !== undefined) {
    writeFileAtomically(`${path}.minisig`, await signFile(path, { key, epoch }), { durable: true });
  }
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
