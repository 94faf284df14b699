// Records answer an exact pin without network: which files an index offered for one version of a project.

import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasCode, writeFileAtomically } from '#base';
import type { CacheLayout } from './cache-layout.ts';
import type { CacheWriter } from './cache-writer.ts';

/** A file of a release as the index described it. */
export interface RecordedFile {
  filename: string;
  url: string;
  sha256: string;
  requiresPython?: string;
  yanked?: string | true;
  size?: number;
}

export interface Records {
  /** The recorded files of this exact version, or `undefined` when nothing is known. */
  find(indexUrl: string, project: string, version: string): readonly RecordedFile[] | undefined;
  /** Remembers them, replacing what was known. Credentials in `indexUrl` are not kept. */
  save(release: { indexUrl: string; project: string; version: string }, files: readonly RecordedFile[]): void;
}

/** Records below the cache directory. */
export function createRecords(layout: CacheLayout, writer: CacheWriter): Records {
  return {
    find(indexUrl, project, version) {
      try {
        const files: unknown = JSON.parse(readFileSync(layout.record(indexUrl, project, version), 'utf8'));
        return Array.isArray(files) && files.every(isRecordedFile) ? files : undefined;
      } catch (error) {
        if (error instanceof SyntaxError || hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return undefined;
        throw error;
      }
    },
    save({ indexUrl, project, version }, files) {
      const path = layout.record(indexUrl, project, version);
      writer.attempt(() => {
        mkdirSync(dirname(path), { recursive: true });
        writeFileAtomically(path, `${JSON.stringify(files)}\n`);
      });
    },
  };
}

function isRecordedFile(value: unknown): value is RecordedFile {
  if (typeof value !== 'object' || value === null) return false;
  const file = value as Record<string, unknown>;
  return ['filename', 'url', 'sha256'].every((name) => typeof file[name] === 'string');
}
