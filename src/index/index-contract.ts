// What #index promises to the rooms above it: candidates, the settings of an index and its operations.

import type { Report } from '#base';
import type { Http } from '#net';
import type { WheelFilename } from '#standards';

/** `directory`: an unpacked egg on disk. */
export type CandidateKind = 'egg' | 'wheel' | 'sdist' | 'directory';
export type CandidateOrigin = 'index' | 'find-links' | 'download-cache' | 'dependency-links';

/** As pkg_resources and zc.buildout number them: of two files with one version the higher number is better. */
export const Precedence = { checkout: 0, source: 1, egg: 3, wheel: 4 } as const;

/** A file an index or a link offers, judged by its name only. */
export interface Candidate {
  /** As in the file name, not normalised. */
  readonly project: string;
  /** In the normalised form of PEP 440. */
  readonly version: string;
  readonly filename: string;
  /** An http(s) URL without fragment, or the path of a local file. May carry credentials of the page's author. */
  readonly url: string;
  /** What pkg_resources calls the location: the link as it was on the page, fragment included; last word in ties. */
  readonly location: string;
  readonly kind: CandidateKind;
  /** Algorithm to hexadecimal digest. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly requiresPython?: string;
  /** The reason, or `true` when none was given. */
  readonly yanked?: string | true;
  /** SHA-256 of the `.metadata` sibling, or `true` when there is one without a known hash. */
  readonly metadataHash?: string | true;
  readonly size?: number;
  /** `3.11` in `x-1.0-py3.11.egg`. */
  readonly eggPython?: string;
  readonly eggPlatform?: string;
  /** Parsed from the name when asked for. */
  readonly wheel?: WheelFilename;
  readonly origin: CandidateOrigin;
  /** The page or directory it was found on, without credentials. */
  readonly page: string;
  readonly precedence: number;
}

export interface SkippedFile {
  readonly filename: string;
  readonly reason: string;
}

/** A page as a server sent it, kept between runs by whoever hands the cache in. */
export interface CachedPage {
  body: Buffer;
  contentType: string;
  /** After redirects. */
  url: string;
  etag?: string;
  lastModified?: string;
}

export interface PageCache {
  find(url: string): CachedPage | undefined;
  save(url: string, page: CachedPage): void;
}

/** Files that several machines share. Neither function fails. */
export interface FilesByHash {
  /** Puts the file at `target`, with its hash verified, and says whether it is there now. */
  fetchFile(file: { sha256: string; size?: number | undefined }, target: string): Promise<boolean>;
  /** A file that was fetched; it stays where it is. */
  offerFile(sha256: string, path: string): void;
}

export interface IndexSettings {
  /** URL or local directory. */
  indexUrl: string;
  findLinks: readonly string[];
  /** `fnmatch` patterns; none means every host. */
  allowHosts: readonly string[];
  /** The directory whose files get the origin `download-cache`, when it is one of `findLinks`. */
  downloadCache?: string;
  http: () => Http;
  /** Pages on the network are not read at all; what is on this machine is. */
  offline: boolean;
  report: Report;
  pageCache?: PageCache;
  /** Where files are looked for by their hash before their URL is asked, and offered to after. */
  filesByHash?: () => Promise<FilesByHash | undefined>;
}

export interface CandidateFilter {
  /** Only files of this version (equal by PEP 440): large pages are then read several times faster. */
  version?: string;
}

export interface Index {
  /** Every file seen for the project, unfiltered by Python; find-links first, then the index; memoised per run. */
  candidates(project: string, filter?: CandidateFilter): Promise<readonly Candidate[]>;
  /** More links to look at from now on, as `dependency_links.txt` of an egg names them. */
  addLinks(links: readonly string[]): Promise<void>;
  /** What was on the pages for `project` and is no candidate, with the reason; complete after `candidates`. */
  skipped(project: string): readonly SkippedFile[];
  /** Links of find-links to checkouts of the project (`#egg=name-dev`), allowed hosts only. */
  checkouts(project: string): Promise<readonly string[]>;
  /** The file on this machine with its hashes verified; local files stay in place. `sha256` is empty for a directory. */
  download(candidate: Candidate, directory: string): Promise<{ path: string; sha256: string }>;
  /** METADATA of a wheel without the whole file, or `undefined` when only the file itself can tell. */
  readMetadata(candidate: Candidate): Promise<string | undefined>;
}
