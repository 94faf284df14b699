// A wheel laid out as zc.buildout 6 makes an egg of it, every file checked against the wheel's RECORD on the way.

import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { extractZip, type ExtractedFile } from '#archive';
import type { PythonDescription } from '#python';
import { formatEggFilename, parseCoreMetadata, parseRecord, safeVersion } from '#standards';
import { fixedMtime, listFiles, type ListedFile, type TreeListing } from '#store';
import { recordDigest, writeInstallerFiles } from './installer-files.ts';
import { invalidWheel, withWheel, type OpenedWheel } from './open-wheel.ts';
import { planEggLayout } from './plan-egg-layout.ts';

export interface BuiltEgg {
  /** The egg's directory: `<targetParent>/<eggName>`. */
  directory: string;
  /** `Name-1.0-py3.11-linux-x86_64.egg`. */
  eggName: string;
  /** As its metadata writes it. */
  project: string;
  version: string;
  /** Its files, with hashes, when they have the time and the modes of stored eggs. */
  listing?: TreeListing;
}

/**
 * Unpacks `wheelPath` into `targetParent/<eggName>` as zc.buildout 6 does, checking every file against RECORD. The
 * target must not exist; on failure a part of it may be left, so give a temporary `targetParent`.
 */
export async function eggFromWheel(
  wheelPath: string,
  targetParent: string,
  python: Pick<PythonDescription, 'minor' | 'platform'>,
): Promise<BuiltEgg> {
  return withWheel(wheelPath, (wheel) => {
    checkWheelVersion(wheel);
    const egg = nameEgg(wheel, targetParent, python);
    const newDistInfo = egg.eggName.replace(/\.egg$/, '.dist-info');
    const layout = planEggLayout({
      paths: wheel.archive.entries.filter((entry) => entry.kind === 'file').map((entry) => entry.path),
      distInfo: wheel.distInfo,
      newDistInfo,
      topLevel: wheel.metadataText('top_level.txt'),
      entryPoints: wheel.metadataText('entry_points.txt'),
      read: (path) => readText(wheel, path),
    });
    mkdirSync(targetParent, { recursive: true });
    mkdirSync(egg.directory);
    const files = extractZip(wheel.archive, egg.directory, {
      rename: (path) => layout.get(path),
      hash: true,
      finalTime: fixedMtime,
    });
    checkRecord(wheel, files);
    const added = writeInstallerFiles(egg.directory, { distInfo: newDistInfo, files, finalTime: fixedMtime });
    return { ...egg, listing: listFiles([...files, ...added].map(toListed)) };
  });
}

function toListed({ path, size, mode, sha256 = '' }: ExtractedFile): ListedFile {
  return { path, size, mode: mode & 0o555, sha256 };
}

function readText({ archive, fileName }: OpenedWheel, path: string): string {
  const entry = archive.entries.find((one) => one.path === path);
  if (entry === undefined) throw invalidWheel(fileName, `has no ${path}`);
  return archive.read(entry).toString('utf8');
}

function checkWheelVersion(wheel: OpenedWheel): void {
  const text = wheel.metadataText('WHEEL');
  if (text === undefined) throw invalidWheel(wheel.fileName, 'has no WHEEL file');
  const version = /^Wheel-Version:[ \t]*(\d+)\.\d+/im.exec(text)?.[1];
  if (version === undefined) throw invalidWheel(wheel.fileName, 'does not say its Wheel-Version');
  if (version !== '1')
    throw invalidWheel(wheel.fileName, `has Wheel-Version ${version}, and only 1 is known`);
  const link = wheel.archive.entries.find((entry) => entry.kind === 'symlink');
  if (link !== undefined) throw invalidWheel(wheel.fileName, `has a symbolic link: ${link.path}`);
}

function nameEgg(
  wheel: OpenedWheel,
  targetParent: string,
  python: Pick<PythonDescription, 'minor' | 'platform'>,
): BuiltEgg {
  const text = wheel.metadataText('METADATA');
  if (text === undefined) throw invalidWheel(wheel.fileName, 'has no METADATA');
  const metadata = parseCoreMetadata(text);
  // As in pkg_resources: the version comes from the directory's name, the project's name from METADATA.
  const version = safeVersion(
    wheel.distInfo.slice(0, -'.dist-info'.length).split('-')[1] ?? metadata.version,
  );
  const name = { project: metadata.name, version, python: python.minor, platform: python.platform };
  const eggName = `${formatEggFilename(name)}.egg`;
  return {
    directory: join(targetParent, eggName),
    eggName,
    project: metadata.name,
    version: metadata.version,
  };
}

const strongHashes = new Set(['sha256', 'sha384', 'sha512']);

/** Every extracted file that RECORD lists with a hash has it. Files that it does not list are let in, as by pip. */
function checkRecord(wheel: OpenedWheel, files: readonly ExtractedFile[]): void {
  const text = wheel.metadataText('RECORD');
  if (text === undefined) throw invalidWheel(wheel.fileName, 'has no RECORD');
  const recorded = new Map(parseRecord(text).map((row) => [row.path, row]));
  for (const file of files) {
    const [algorithm = '', digest = ''] = recorded.get(file.from)?.hash?.split(/=(.*)/s) ?? [];
    if (!strongHashes.has(algorithm)) continue;
    if (digestOf(wheel, file, algorithm) !== digest.replace(/=+$/, '')) {
      throw invalidWheel(wheel.fileName, `has another ${file.from} than its RECORD says`);
    }
  }
}

function digestOf(wheel: OpenedWheel, file: ExtractedFile, algorithm: string): string {
  if (algorithm === 'sha256') return recordDigest(file);
  const entry = wheel.archive.entries.find((one) => one.path === file.from);
  const bytes = entry === undefined ? Buffer.alloc(0) : wheel.archive.read(entry);
  return createHash(algorithm).update(bytes).digest('base64url');
}
