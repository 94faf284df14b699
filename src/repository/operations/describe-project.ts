// Keeps what search and lists say about a project in step with its files: the newest one speaks for it.

import { parseCoreMetadata, tryParseVersion, type CoreMetadata } from '#standards';
import type { Records } from '../records/open-records.ts';

const longestSummary = 500;
const longestKeywords = 500;

/** To be called in the transaction that adds a file. */
export function describeByFile(
  { search }: Pick<Records, 'search'>,
  projectId: number,
  { version, metadata }: { version: string; metadata: Uint8Array },
): void {
  const versionKey = tryParseVersion(version)?.key ?? '';
  const known = search.versionKeyOf(projectId);
  if (known === undefined || known <= versionKey) {
    save(search, projectId, { version, versionKey, metadata });
  }
}

/** Looks for the newest file anew: to be called in the transaction that takes one away. */
export function describeProject({ search, files, projects }: Records, projectId: number): void {
  const newest = files.newestOf(projectId);
  const metadata = newest === undefined ? undefined : projects.readMetadata(newest.metadataHash);
  if (newest === undefined || metadata === undefined) {
    search.forget(projectId);
    return;
  }
  const { version } = newest;
  save(search, projectId, { version, versionKey: tryParseVersion(version)?.key ?? '', metadata });
}

/** For records of before there was a search. */
export async function describeAll(records: Records): Promise<void> {
  const missing = records.search.undescribed();
  if (missing.length === 0) return;
  await records.commit(() => {
    for (const projectId of missing) describeProject(records, projectId);
  });
}

function save(
  search: Records['search'],
  projectId: number,
  { version, versionKey, metadata }: { version: string; versionKey: string; metadata: Uint8Array },
): void {
  const { name, summary = '', headers } = parseCoreMetadata(Buffer.from(metadata).toString('utf8'));
  search.describe(projectId, {
    name: spellings(name),
    summary: oneLine(summary, longestSummary),
    keywords: oneLine(keywordsOf({ headers }).join(' '), longestKeywords),
    version,
    versionKey,
  });
}

/** `zope.interface`, `zope-interface` and `zope_interface` are one name, and people type any of them. */
function spellings(name: string): string {
  const separated = ['.', '-', '_'].map((separator) => name.replaceAll(/[-_.]+/g, separator));
  return [...new Set([name, ...separated])].join(' ');
}

/** Separated by commas as the specification says, or by spaces as many write them. */
export function keywordsOf({ headers }: Pick<CoreMetadata, 'headers'>): string[] {
  const [line = ''] = headers.get('keywords') ?? [];
  return line
    .split(line.includes(',') ? ',' : /\s+/)
    .map((keyword) => keyword.trim())
    .filter((keyword) => keyword !== '' && keyword !== 'UNKNOWN');
}

function oneLine(text: string, longest: number): string {
  const line = text.slice(0, longest).replaceAll(/\s+/g, ' ').trim();
  return line === 'UNKNOWN' ? '' : line.toWellFormed();
}
