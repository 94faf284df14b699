// What pip adds to a `.dist-info` directory: INSTALLER, REQUESTED and a RECORD (PEP 376 and 627).

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExtractedFile } from '#archive';
import { formatRecord, type RecordRow } from '#standards';

export interface InstalledFiles {
  distInfo: string;
  files: readonly ExtractedFile[];
  /** The text of direct_url.json (PEP 610); without it there is none. */
  directUrl?: string;
}

/** Writes them below `directory`, with a RECORD that is true to the names on disk; byte code is not listed. */
export function writeInstallerFiles(directory: string, { distInfo, files, directUrl }: InstalledFiles): void {
  const rows: RecordRow[] = files.map((file) => ({
    path: file.path,
    hash: `sha256=${recordDigest(file)}`,
    size: file.size,
  }));
  const texts = {
    INSTALLER: 'pip\n',
    REQUESTED: '',
    ...(directUrl !== undefined && { 'direct_url.json': directUrl }),
  };
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(directory, distInfo, name), text, { mode: 0o644 });
    const hash = `sha256=${createHash('sha256').update(text).digest('base64url')}`;
    rows.push({ path: `${distInfo}/${name}`, hash, size: Buffer.byteLength(text) });
  }
  rows.push({ path: `${distInfo}/RECORD` });
  rows.sort((left, right) => (left.path < right.path ? -1 : 1));
  writeFileSync(join(directory, distInfo, 'RECORD'), formatRecord(rows), { mode: 0o644 });
}

/** The SHA-256 of an extracted file as RECORD writes it: URL-safe base64 without padding. */
export function recordDigest(file: ExtractedFile): string {
  return Buffer.from(file.sha256 ?? '', 'hex').toString('base64url');
}
