// `clutch release delta OLD NEW`: from two releases to one file that makes the second of the first.

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BuildError, writeFileAtomically, type Environment } from '#base';
import { signContent, type SecretKey } from '../signing/index.ts';
import { readSourceDateEpoch } from '../source-date-epoch.ts';
import { compareTrees, type ChangedUnit } from './compare-trees.ts';
import { compressStreams } from './compress-streams.ts';
import { encodePatch, type FileToMake } from './encode-patch.ts';
import { openRelease, type OpenRelease } from './open-release.ts';
import { createFilePairing, listSources } from './pair-files.ts';
import { planDelta } from './plan-delta.ts';
import { formatUpgrade, packProgram } from './write-upgrade.ts';

export interface DeltaOrder {
  old: string;
  new: string;
  /** Where to write it; when absent, below `directory` under a name made of the releases' names. */
  output?: string;
  directory: string;
  /** The Python that compresses. */
  python: string;
  /** Signs the file, in FILE.minisig. */
  key?: SecretKey | undefined;
  /** SOURCE_DATE_EPOCH says when it is signed. */
  environment: Environment;
}

export interface MadeDelta {
  file: string;
  bytes: number;
  from: { name: string; version: string; root: string };
  to: { name: string; version: string; root: string };
  units: number;
  /** Files whose content is in the delta, and how large they are. */
  files: number;
  content: number;
}

/** Makes the delta and writes it in one step. Fails with RELEASE_NO_CHANGE, and as `openRelease`, `describeTree` and the file system do. */
export async function makeDelta(order: DeltaOrder): Promise<MadeDelta> {
  const old = await openRelease(order.old);
  try {
    const target = await openRelease(order.new);
    try {
      return await writeDelta(old, target, order);
    } finally {
      target.close();
    }
  } finally {
    old.close();
  }
}

async function writeDelta(old: OpenRelease, target: OpenRelease, order: DeltaOrder): Promise<MadeDelta> {
  if (old.tree.root === target.tree.root) {
    throw new BuildError('RELEASE_NO_CHANGE', `\`${order.old}\` and \`${order.new}\` have the same files`, {
      hint: 'there is nothing to upgrade',
    });
  }
  const changed = compareTrees(old.tree, target.tree);
  const files = filesToMake(old, target, changed);
  const plan = JSON.stringify(planDelta(old, target, changed));
  const program = await packProgram(order.python);
  const streams = { program, plan: Buffer.from(plan), ...encodeContent(old, target, files) };
  const bytes = formatUpgrade(await compressStreams(streams, order.python));
  const file = order.output ?? join(order.directory, defaultName(old, target));
  writeFileAtomically(file, bytes, { mode: 0o755 });
  if (order.key !== undefined) {
    const signature = signContent(bytes, {
      key: order.key,
      epoch: readSourceDateEpoch(order.environment),
      file: basename(file),
    });
    writeFileAtomically(`${file}.minisig`, signature);
  }
  return {
    file,
    bytes: bytes.length,
    from: identify(old),
    to: identify(target),
    units: changed.length,
    files: files.length,
    content: files.reduce((total, { size }) => total + size, 0),
  };
}

interface PlannedFile {
  path: string;
  size: number;
  hint: number | undefined;
}

function filesToMake(old: OpenRelease, target: OpenRelease, changed: readonly ChangedUnit[]): PlannedFile[] {
  const counterpart = createFilePairing(listSources(old.tree, target.tree));
  return changed.flatMap((change) =>
    change.entries.flatMap((entry) =>
      entry.type === 'made'
        ? {
            path: `${target.directory}/${change.unit.path}/${entry.file.path}`,
            size: entry.file.size,
            hint: counterpart(change, entry.file.path)?.start,
          }
        : [],
    ),
  );
}

function encodeContent(
  old: OpenRelease,
  target: OpenRelease,
  files: readonly PlannedFile[],
): ReturnType<typeof encodePatch> {
  const sources = files.length === 0 ? [] : listSources(old.tree, target.tree);
  const bytes = Buffer.concat(
    sources.map(({ unit, path }) => readFileSync(`${old.directory}/${unit}/${path}`)),
  );
  const ends = sources.map(({ start, size }) => start + size);
  return encodePatch(bytes, ends, readAll(files));
}

function* readAll(files: readonly PlannedFile[]): Generator<FileToMake> {
  for (const { path, hint } of files) yield { content: readFileSync(path), hint };
}

function identify({ manifest: { name, version, root } }: OpenRelease): MadeDelta['from'] {
  return { name, version, root };
}

/** `shop-1.0-1.1.pyz`; two builds of one version are told apart by their hashes. */
function defaultName({ manifest: from }: OpenRelease, { manifest: to }: OpenRelease): string {
  const isSame = from.version === to.version;
  const [before, after] = isSame
    ? [from.root.slice(0, 12), to.root.slice(0, 12)]
    : [from.version, to.version];
  return `${to.name}-${before}-${after}.pyz`.replaceAll('/', '-');
}
