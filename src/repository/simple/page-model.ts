// What a page of the simple API shows, before it is HTML or JSON; the same for our files and for upstream's.

import type { FileRecord, ProjectStatus } from '../repository-contract.ts';

export interface PageFile {
  filename: string;
  /** Relative to the page, percent-encoded, without fragment. */
  url: string;
  hashes: Readonly<Record<string, string>>;
  size?: number;
  /** ISO 8601, UTC. */
  uploadTime?: string;
  requiresPython?: string;
  /** The reason, `true` when none was given. */
  yanked?: string | true;
  /** SHA-256 of the `.metadata` sibling, or `true` when that is not known. */
  metadataHash?: string | true;
  /** URL of the provenance (PEP 740). */
  provenance?: string;
}

export interface ProjectPage {
  /** In the normal form. */
  name: string;
  files: readonly PageFile[];
  versions: readonly string[];
  status: ProjectStatus;
  statusReason?: string;
}

/** The version of the simple API that PyPI has too: 700, 714, 740, 792. */
export const apiVersion = '1.4';

/** `root` leads from the page to the server's root: `../../`. */
export function pageFileOf(file: FileRecord, root: string): PageFile {
  const { filename, sha256, size, kind, metadataHash, requiresPython, yanked } = file;
  // Published means promoted: `--exclude-newer` must not see a file before its readers could.
  const time = file.released ?? file.uploaded;
  return {
    filename,
    url: `${root}${fileUrl(file)}`,
    hashes: { sha256 },
    size,
    uploadTime: new Date(time).toISOString(),
    ...(requiresPython !== undefined && { requiresPython }),
    ...(yanked !== undefined && { yanked: yanked === '' ? true : yanked }),
    ...(kind === 'wheel' && { metadataHash }),
  };
}

/** Below the server's root, without a slash in front: a URL that never means other bytes. */
export function fileUrl({ sha256, filename }: Pick<FileRecord, 'sha256' | 'filename'>): string {
  return `files/${sha256.slice(0, 2)}/${sha256}/${encodeURIComponent(filename)}`;
}
