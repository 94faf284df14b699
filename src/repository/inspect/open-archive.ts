// A zip archive of a stranger, opened for publishing: every byte accounted for, no links, no names that only confuse.

import { BuildError } from '#base';
import { checkZipFraming, openZip, type ZipArchive } from '#archive';
import { refusal, type Check } from '../refusals.ts';
import { printable } from './distribution-name.ts';

export interface InspectLimits {
  /** Of all files of an archive together, inflated. */
  maximumInflatedBytes: number;
}

const maximumEntries = 100_000;

/** Opens the archive, or fails with a refusal; close it. */
export function openArchive(path: string, filename: string, limits: InspectLimits): ZipArchive {
  return asRefusal('zip', () => {
    checkZipFraming(path, filename);
    const archive = openZip(path, {
      name: filename,
      limits: { maximumEntries, maximumBytes: limits.maximumInflatedBytes },
    });
    try {
      for (const entry of archive.entries) {
        if (entry.kind === 'symlink') throw refusal('zip', `\`${printable(entry.name)}\` is a link`);
        assertPlainName(entry.name);
      }
    } catch (error) {
      archive.close();
      throw error;
    }
    return archive;
  });
}

/** What #archive says about a file, as a refusal of that check. */
export function asRefusal<T>(check: Check, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw toRefusal(check, error);
  }
}

export function toRefusal(check: Check, error: unknown): unknown {
  if (!(error instanceof BuildError) || !error.code.startsWith('ARCHIVE_')) return error;
  return refusal(check, error.message);
}

export function assertPlainName(name: string): void {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufffd]/.test(name)) {
    throw refusal('zip', `the name \`${printable(name)}\` in it has characters that don't show`);
  }
}
