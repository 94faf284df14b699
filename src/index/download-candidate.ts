// The file of a candidate on this machine, with the hashes its link promised.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { BuildError, hashFile } from '#base';
import { redactUrl } from '#net';
import type { Candidate, IndexSettings } from './index-contract.ts';

export interface DownloadedFile {
  path: string;
  /** Empty for a directory. */
  sha256: string;
}

/** Strongest first: one is checked, and nobody should be able to choose the weakest. */
const algorithms = ['sha512', 'sha384', 'sha256', 'sha224', 'sha1', 'md5'];

/** Local files stay where they are; others appear in `directory` in one step. Fails with `HASH_MISMATCH` or what #net says. */
export async function downloadCandidate(
  candidate: Candidate,
  directory: string,
  seams: Pick<IndexSettings, 'http' | 'report' | 'filesByHash'>,
): Promise<DownloadedFile> {
  const algorithm = algorithms.find((name) => candidate.hashes[name] !== undefined);
  const hash =
    algorithm === undefined
      ? undefined
      : { algorithm, digest: (candidate.hashes[algorithm] ?? '').toLowerCase() };
  if (isAbsolute(candidate.url)) return verifyLocalFile(candidate, hash);
  mkdirSync(directory, { recursive: true });
  const path = join(directory, safeFilename(candidate.filename));
  const { report } = seams;
  const sha256 = candidate.hashes['sha256']?.toLowerCase();
  const shared = sha256 === undefined ? undefined : await seams.filesByHash?.();
  if (sha256 !== undefined && (await shared?.fetchFile({ sha256, size: candidate.size }, path)) === true)
    return { path, sha256 };
  const name = candidate.filename;
  report({
    type: 'log',
    level: 'info',
    logger: 'root',
    text: `Downloading ${redactUrl(candidate.location)}`,
  });
  report({ type: 'fetch-start', name, ...(candidate.size !== undefined && { bytes: candidate.size }) });
  try {
    const options = {
      ...(hash !== undefined && { hash }),
      onBytes: (bytes: number) => report({ type: 'fetch-bytes', name, bytes }),
    };
    const file = await seams.http().download(candidate.url, path, options);
    assertNoPage(path, file.contentType, candidate);
    if (sha256 === file.sha256) shared?.offerFile(sha256, path);
    return { path, sha256: file.sha256 };
  } finally {
    report({ type: 'fetch-end', name });
  }
}

function verifyLocalFile(
  candidate: Candidate,
  hash: { algorithm: string; digest: string } | undefined,
): DownloadedFile {
  const path = candidate.url;
  if (candidate.kind === 'directory') return { path, sha256: '' };
  const sha256 = hashFile(path);
  if (hash === undefined) return { path, sha256 };
  const actual =
    hash.algorithm === 'sha256'
      ? sha256
      : createHash(hash.algorithm).update(readFileSync(path)).digest('hex');
  if (actual === hash.digest) return { path, sha256 };
  throw new BuildError(
    'HASH_MISMATCH',
    `\`${path}\` has the wrong ${hash.algorithm}: expected ${hash.digest}, got ${actual}`,
    { hint: `correct the file or the link to it on \`${candidate.page}\`` },
  );
}

/** Some servers answer for a missing file with a page and status 200. The reference's words. */
function assertNoPage(path: string, contentType: string, candidate: Candidate): void {
  if (!contentType.includes('html')) return;
  rmSync(path, { force: true });
  throw new BuildError('INDEX_PAGE', `Unexpected HTML page found at ${redactUrl(candidate.url)}`, {
    hint: 'the server sends a page instead of the file: perhaps a login page',
  });
}

/** As zc.buildout makes path parts out of a name (_package_index.py, _sanitize). */
function safeFilename(filename: string): string {
  const safe = filename.replaceAll(/[:/\\]/g, '_').replace(/^\.{1,2}$/, '_');
  return safe === '' ? '__downloaded__' : safe;
}
