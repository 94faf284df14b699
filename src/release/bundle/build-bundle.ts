// `release bundle`: from a configuration to one archive with the application as it will lie at its prefix.

import { mkdirSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { memberOf, type NewMember } from '#archive';
import { removeAbandoned, temporaryPathBeside, writeFileAtomically } from '#base';
import { signContent, signFile } from '../signing/index.ts';
import { installProgram } from '../target-programs.ts';
import { formatManifest, type ReleaseManifest } from '../tree/index.ts';
import { buildTree } from './build-tree.ts';
import { describeRelease, type DescribedRelease } from './describe-release.ts';
import { finishTree } from './finish-tree.ts';
import { planBundle, type BundlePlan, type BundleRequest } from './plan-bundle.ts';
import { readFetchedParts } from './read-fetched-parts.ts';
import { writeArchive } from './write-archive.ts';

export interface Bundle {
  /** The archive. */
  path: string;
  bytes: number;
  /** The SBOM beside it. */
  sbom: string;
  /** Signatures of both, when there was a key. */
  signatures: readonly string[];
  manifest: ReleaseManifest;
  /** In the tree. */
  eggs: number;
  files: number;
  treeBytes: number;
  /** What the user should know, one sentence each. */
  remarks: readonly string[];
}

/** Builds it; nothing is left behind but the archive and what lies beside it, also after a failure. */
export async function buildBundle(request: BundleRequest): Promise<Bundle> {
  const plan = await planBundle(request);
  mkdirSync(dirname(plan.output), { recursive: true });
  removeAbandoned(dirname(plan.output));
  const workDirectory = temporaryPathBeside(plan.output);
  mkdirSync(workDirectory);
  try {
    const built = await buildTree(plan, request, workDirectory);
    const parts = await readFetchedParts(built.directory);
    const finished = await finishTree(built, plan);
    const release = describeRelease(finished, { plan, request, workDirectory, parts });
    return await writeBundle(finished.directory, release, { plan, request });
  } finally {
    rmSync(workDirectory, { recursive: true, force: true });
  }
}

interface Writing {
  plan: BundlePlan;
  request: BundleRequest;
}

async function writeBundle(
  tree: string,
  release: DescribedRelease,
  { plan, request }: Writing,
): Promise<Bundle> {
  const { output: path, compression, epoch, name, version } = plan;
  const { key } = request;
  const manifest = formatManifest(release.manifest);
  const beside: NewMember[] = [
    memberOf('install.py', installProgram()),
    memberOf('manifest.json', manifest),
    ...(key === undefined
      ? []
      : [memberOf('manifest.json.minisig', signContent(manifest, { key, epoch, file: 'manifest.json' }))]),
  ];
  const { report } = request.settings;
  report({ type: 'phase', phase: `Packing ${basename(path)}`, totalBytes: release.bytes });
  const bytes = await writeArchive({
    output: path,
    compression,
    top: `${name}-${version}`,
    tree,
    beside,
    onBytes: (done) => report({ type: 'phase-bytes', bytes: done }),
  });
  const sbom = `${path.replace(/\.(?:tar\.\w+|t\w+)$/, '')}.cdx.json`;
  writeFileAtomically(sbom, `${JSON.stringify(release.sbom, null, 1)}\n`, { durable: true });
  const signatures: string[] = [];
  for (const file of key === undefined ? [] : [path, sbom]) {
    if (key === undefined) continue;
    writeFileAtomically(`${file}.minisig`, await signFile(file, { key, epoch }), { durable: true });
    signatures.push(`${file}.minisig`);
  }
  const { eggs, files, bytes: treeBytes, remarks } = release;
  return { path, bytes, sbom, signatures, manifest: release.manifest, eggs, files, treeBytes, remarks };
}
