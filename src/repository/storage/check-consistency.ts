// Whether records and files of a data directory fit together: `serve --check`. Reads everything, changes nothing, and
// may run beside a server.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hashBytes, hashFile } from '#base';
import { openRecords, type Records } from '../records/open-records.ts';
import type { FileRecord } from '../repository-contract.ts';
import { assertDataDirectory, filesDirectory, recordsFile } from './data-directory.ts';
import { listFiles } from './file-store.ts';

export interface Consistency {
  files: number;
  bytes: number;
  /** Sentences; none when all is well. */
  problems: readonly string[];
  /** What a killed server left; the next start takes it away. */
  leftovers: number;
}

/** `onFile` hears of each file before it is read. Fails with `REPOSITORY_MISSING` when there are no records. */
export function checkConsistency(directory: string, onFile: (filename: string) => void): Consistency {
  assertDataDirectory(directory);
  const records = openRecords(recordsFile(directory), true);
  try {
    const all = records.files.all('staging');
    const problems = [
      ...records.integrity(),
      ...all.flatMap((one) => checkFile(directory, records, { one, onFile })),
    ];
    return {
      files: all.length,
      bytes: all.reduce((total, { size }) => total + size, 0),
      problems,
      leftovers: countLeftovers(directory, records),
    };
  } finally {
    records.close();
  }
}

function checkFile(
  directory: string,
  records: Records,
  { one, onFile }: { one: FileRecord; onFile: (filename: string) => void },
): string[] {
  onFile(one.filename);
  const problem = fileProblem(directory, records, one);
  // Beside a server a file may go, record and all, between the two looks.
  if (problem === undefined || records.files.find(one.sha256, one.filename) === undefined) return [];
  return [`${one.filename} (${one.project} ${one.version}) ${problem}`];
}

function fileProblem(directory: string, records: Records, file: FileRecord): string | undefined {
  const path = join(filesDirectory(directory), file.sha256.slice(0, 2), file.sha256);
  if (!existsSync(path)) return `has a record and no file ${file.sha256}`;
  const { size } = statSync(path);
  if (size !== file.size) return `has ${size} bytes on disk, and ${file.size} in its record`;
  if (hashFile(path) !== file.sha256) return `is not what its record says: its bytes have changed`;
  const metadata = records.projects.readMetadata(file.metadataHash);
  if (metadata === undefined) return 'has no metadata in the records';
  return hashBytes(metadata) === file.metadataHash ? undefined : 'has other metadata than its record says';
}

function countLeftovers(directory: string, records: Records): number {
  const wanted = records.files.hashes();
  let count = 0;
  for (const { name } of listFiles(filesDirectory(directory))) {
    if (!wanted.has(name) && !records.files.isHashUsed(name)) count += 1;
  }
  const temporary = join(directory, 'tmp');
  return count + (existsSync(temporary) ? readdirSync(temporary).length : 0);
}
