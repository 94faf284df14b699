// What pip adds to a `.dist-info` directory: INSTALLER, REQUESTED and a RECORD (PEP 376 and 627).

import { chmodSync, utimesSync, writeFileSync } from 'node:fs';
import type { ExtractedFile } from '#archive';
import { hashBytes } from '#base';
import { formatRecord, type RecordRow } from '#standards';

export interface InstalledFiles {
  distInfo: string;
  files: readonly ExtractedFile[];
  /** The text of direct_url.json (PEP 610); without it there is none. */
  directUrl?: string;
  /** As in `extractZip`: the files get this time and are read-only. */
  finalTime?: number;
}

/**
 * Writes them below `directory`, with a RECORD that is true to the names on disk; byte code is not listed. Gives what was
 * written.
 */
export function writeInstallerFiles(directory: string, installed: InstalledFiles): ExtractedFile[] {
  const { distInfo, files, directUrl, finalTime } = installed;
  const write = (name: string, text: string): ExtractedFile =>
    writeFinalFile(directory, `${distInfo}/${name}`, { text, finalTime });
  const texts = {
    INSTALLER: 'pip\n',
    REQUESTED: '',
    ...(directUrl !== undefined && { 'direct_url.json': directUrl }),
  };
  const added = Object.entries(texts).map(([name, text]) => write(name, text));
  const rows: RecordRow[] = [...files, ...added].map((file) => ({
    path: file.path,
    hash: `sha256=${recordDigest(file)}`,
    size: file.size,
  }));
  rows.push({ path: `${distInfo}/RECORD` });
  rows.sort((left, right) => (left.path < right.path ? -1 : 1));
  return [...added, write('RECORD', formatRecord(rows))];
}

function writeFinalFile(
  directory: string,
  path: string,
  { text, finalTime }: { text: string; finalTime: number | undefined },
): ExtractedFile {
  const place = `${directory}/${path}`;
  writeFileSync(place, text, { mode: 0o644 });
  if (finalTime !== undefined) {
    chmodSync(place, 0o444);
    utimesSync(place, finalTime, finalTime);
  }
  return { path, from: path, size: Buffer.byteLength(text), mode: 0o644, sha256: hashBytes(text) };
}

/** The SHA-256 of an extracted file as RECORD writes it: URL-safe base64 without padding. */
export function recordDigest(file: ExtractedFile): string {
  return Buffer.from(file.sha256 ?? '', 'hex').toString('base64url');
}
