// What releases were made of: for the inputs of a release, the files that its download cache got. The next release of
// the same inputs takes them out of the file store.

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { tryReadText, writeFileAtomically } from '#base';
import type { CacheLayout } from './cache-layout.ts';
import type { CacheWriter } from './cache-writer.ts';

export interface ReleaseFile {
  /** Relative to the download cache, with slashes. */
  path: string;
  sha256: string;
}

export interface ReleaseRecord {
  /** What the inputs resolved to, in whatever form the caller compares. */
  resolved: string;
  files: readonly ReleaseFile[];
}

export interface ReleaseRecords {
  /** `key`: 64 hexadecimal digits. */
  find(key: string): ReleaseRecord | undefined;
  /** Without effect where the cache cannot be written. */
  save(key: string, record: ReleaseRecord): void;
}

export function createReleaseRecords(layout: CacheLayout, writer: CacheWriter): ReleaseRecords {
  return {
    find: (key) => {
      const text = tryReadText(layout.release(key), 'EACCES');
      return text === undefined ? undefined : tryParse(text);
    },
    save: (key, record) => {
      const path = layout.release(key);
      writer.attempt(() => {
        mkdirSync(dirname(path), { recursive: true });
        writeFileAtomically(path, `${JSON.stringify(record)}\n`);
      });
    },
  };
}

function tryParse(text: string): ReleaseRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isRecord(value: unknown): value is ReleaseRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { resolved, files } = value as Partial<ReleaseRecord>;
  return typeof resolved === 'string' && Array.isArray(files) && files.every(isFile);
}

/** A path that climbs would be written outside the download cache. */
function isFile(value: unknown): value is ReleaseFile {
  if (typeof value !== 'object' || value === null) return false;
  const { path, sha256 } = value as Partial<ReleaseFile>;
  if (typeof path !== 'string' || typeof sha256 !== 'string') return false;
  return /^[0-9a-f]{64}$/.test(sha256) && !path.startsWith('/') && !path.split('/').includes('..');
}
