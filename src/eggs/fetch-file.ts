// A candidate's file on this machine: from the download cache, from where it lies, or from the network; kept in the
// download cache when there is one.

import { rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { BuildError, createLimiter, hashFile, type Report } from '#base';
import type { Candidate, Index } from '#index';
import { parseSdistFilename, toFilename } from '#standards';
import { addToDownloadCache, findInDownloadCache, type FileStore } from '#store';

export interface FetchedFile {
  path: string;
  /** Empty for a directory. */
  sha256: string;
}

export interface FileFetcher {
  /** Every file that is used is kept in a download cache: an egg out of the egg cache does not save fetching it. */
  readonly keepsFiles: boolean;
  fetch(candidate: Candidate, index: Index): Promise<FetchedFile>;
}

export interface FileFetcherOptions {
  /** The directory of the download cache that files go to, if there is one. */
  downloadDirectory: string | undefined;
  /** Where files may be taken from before they are fetched, and what was fetched is kept. */
  collection?: { files: FileStore | undefined; directories: readonly string[] } | undefined;
  /** Where files go otherwise. */
  temporaryDirectory: () => string;
  report: Report;
}

/** How many files are fetched at once; the HTTP room bounds the connections to one host. */
const simultaneousFetches = 24;

export function createFileFetcher(options: FileFetcherOptions): FileFetcher {
  const limited = createLimiter(simultaneousFetches);
  const { downloadDirectory, report } = options;

  async function download(candidate: Candidate, index: Index): Promise<FetchedFile> {
    const directory = downloadDirectory ?? options.temporaryDirectory();
    const name = candidate.filename;
    report({ type: 'fetch-start', name, ...(candidate.size === undefined ? {} : { bytes: candidate.size }) });
    try {
      return await index.download(candidate, directory);
    } finally {
      report({ type: 'fetch-end', name });
    }
  }

  return {
    keepsFiles: downloadDirectory !== undefined,
    fetch: (candidate, index) =>
      limited(async () => {
        if (options.collection !== undefined) refuseDirectory(candidate);
        const kept = tryFindKept(candidate, downloadDirectory) ?? tryTakeCollected(candidate, options);
        if (kept !== undefined) return kept;
        const file = await download(candidate, index);
        if (downloadDirectory === undefined || file.sha256 === '') return file;
        options.collection?.files?.add(file.path, file.sha256);
        const name = options.collection === undefined ? candidate.filename : collectedName(candidate);
        if (join(downloadDirectory, name) === file.path) return file;
        const path = addToDownloadCache(downloadDirectory, file.path, name);
        // What was fetched under a name that nobody would find again.
        if (dirname(file.path) === downloadDirectory && name !== candidate.filename) rmSync(file.path);
        return { ...file, path };
      }),
  };
}

/** A name that tells project and version: a link may tell them by its fragment (`v1.0.zip#egg=x-1.0`) only. */
function collectedName({ filename, kind, project, version }: Candidate): string {
  if (kind !== 'sdist' || parseSdistFilename(filename, project)?.version === version) return filename;
  const ending = /\.(?:tar(?:\.\w+)?|t[gbx]z2?|zip)$/i.exec(filename)?.[0] ?? '.zip';
  return `${toFilename(project)}-${version}${ending}`;
}

function refuseDirectory({ kind, url }: Candidate): void {
  if (kind !== 'directory') return;
  throw new BuildError('RELEASE_DIRECTORY', `\`${url}\` is an unpacked egg, which a release cannot carry`, {
    hint: 'let the index or find-links offer it as a file',
  });
}

function tryFindKept(candidate: Candidate, directory: string | undefined): FetchedFile | undefined {
  const { sha256 } = candidate.hashes;
  if (directory === undefined || candidate.kind === 'directory') return undefined;
  if (candidate.url === join(directory, basename(candidate.url))) return undefined;
  if (sha256 === undefined) return undefined;
  const path = findInDownloadCache(directory, candidate.filename, sha256);
  return path === undefined ? undefined : { path, sha256 };
}

/** A copy in the download cache of a file that is on this machine already. */
function tryTakeCollected(
  candidate: Candidate,
  { collection, downloadDirectory }: FileFetcherOptions,
): FetchedFile | undefined {
  const { filename, hashes, kind } = candidate;
  const { sha256 } = hashes;
  if (collection === undefined || downloadDirectory === undefined) return undefined;
  if (sha256 === undefined || kind === 'directory') return undefined;
  const places = collection.directories.map(
    (directory) => () => findInDownloadCache(directory, filename, sha256),
  );
  for (const find of [() => collection.files?.find(sha256), ...places]) {
    const path = find();
    if (path !== undefined) {
      return { path: addToDownloadCache(downloadDirectory, path, collectedName(candidate)), sha256 };
    }
  }
  return undefined;
}

/** The SHA-256 that is known of a candidate without fetching it. */
export function knownHash(candidate: Candidate): string | undefined {
  return candidate.hashes['sha256'] ?? (isLocalFile(candidate) ? hashFile(candidate.url) : undefined);
}

function isLocalFile(candidate: Candidate): boolean {
  return candidate.url.startsWith('/') && candidate.kind !== 'directory';
}
