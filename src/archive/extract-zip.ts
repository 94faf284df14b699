// Extracts a zip archive in one go, synchronously: the hot path of a cold run.

import type { ByteSource } from './byte-source.ts';
import { createAdmission, modeFor, type Admission } from './extraction-policy.ts';
import { openZip, type ZipArchive, type ZipEntry } from './open-zip.ts';
import { makeDirectories, openDirectories, sha256Of, writeLink, writeNewFile } from './write-member.ts';
import type { ExtractedFile, ExtractOptions } from './write-member.ts';

interface PlannedEntry {
  entry: ZipEntry;
  path: string;
}

/**
 * Extracts below `target` (made when missing; use a fresh directory) and returns the files written, in the order of the
 * archive. After a failure a part of the archive lies there.
 */
export function extractZip(
  input: string | Buffer | ByteSource | ZipArchive,
  target: string,
  options: ExtractOptions = {},
): ExtractedFile[] {
  if (typeof input === 'object' && 'entries' in input && !Buffer.isBuffer(input)) {
    return extractOpened(input, target, options);
  }
  const archive = openZip(input, limitsOf(options));
  try {
    return extractOpened(archive, target, options);
  } finally {
    archive.close();
  }
}

function limitsOf(options: ExtractOptions): Pick<ExtractOptions, 'limits'> {
  return options.limits === undefined ? {} : { limits: options.limits };
}

function extractOpened(archive: ZipArchive, target: string, options: ExtractOptions): ExtractedFile[] {
  const { planned, directories, admission } = planEntries(archive, options);
  makeDirectories(archive.name, target, directories);
  if (options.finalTime !== undefined) openDirectories(target, directories);
  const written: ExtractedFile[] = [];
  const links: PlannedEntry[] = [];
  for (const { entry, path } of planned) {
    if (entry.kind === 'symlink') {
      links.push({ entry, path });
    } else if (entry.kind === 'file') {
      const bytes = archive.read(entry);
      const mode = modeFor(entry.mode);
      writeNewFile(archive.name, `${target}/${path}`, { bytes, mode, finalTime: options.finalTime });
      const file: ExtractedFile = { path, from: entry.path, size: entry.size, mode };
      if (options.hash === true) file.sha256 = sha256Of(bytes);
      written.push(file);
    }
  }
  for (const { entry, path } of links) {
    const text = admission.admitLink(path, archive.read(entry).toString('utf8'));
    writeLink(archive.name, `${target}/${path}`, text);
  }
  return written;
}

/** Where everything goes. Renaming may let two names meet, so the outcome is admitted like an archive of its own. */
function planEntries(
  archive: ZipArchive,
  { rename }: ExtractOptions,
): { planned: readonly PlannedEntry[]; directories: readonly string[]; admission: Admission } {
  const admission = createAdmission(archive.name);
  if (rename === undefined) {
    const planned = archive.entries.map((entry) => ({ entry, path: entry.path }));
    return { planned, directories: archive.directories, admission };
  }
  const planned: PlannedEntry[] = [];
  for (const entry of archive.entries) {
    const renamed = rename(entry.path);
    if (renamed === undefined) continue;
    const path = admission.admit({ name: renamed, kind: entry.kind, size: entry.size });
    planned.push({ entry, path });
  }
  return { planned, directories: admission.directories, admission };
}
