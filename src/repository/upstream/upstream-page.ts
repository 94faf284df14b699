// A project page of upstream, read with suspicion: names that are no file names, links that are no files and hosts that
// nobody named are left out.

import { BuildError, hashBytes } from '#base';
import { hashesOfHref, parsePage, type Link } from '#index';
import { readDistributionName } from '../inspect/distribution-name.ts';
import type { ProjectStatus } from '../repository-contract.ts';
import type { PageFile, ProjectPage } from '../simple/page-model.ts';

/** `url` is upstream's own; `key` names the file here: its SHA-256, or a hash of its URL where none is known. */
export interface UpstreamFile extends PageFile {
  key: string;
}

export interface UpstreamPage extends ProjectPage {
  files: readonly UpstreamFile[];
}

export interface PageReading {
  page: UpstreamPage;
  /** Hosts of files that were left out. */
  unknownHosts: readonly string[];
}

/** Fails with `INDEX_PAGE` when it is no page of links. */
export async function readUpstreamPage(
  project: string,
  answer: { body: Buffer; contentType: string; url: string },
  assertMayVisit: (url: URL) => void,
): Promise<PageReading> {
  const { base, links } = await parsePage(answer);
  const unknownHosts = new Set<string>();
  const files = links.flatMap((link) => {
    const url = urlOf(link, base);
    if (url === undefined || !isPlainName(link.filename)) return [];
    try {
      assertMayVisit(url);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      unknownHosts.add(url.host);
      return [];
    }
    return [fileOf(link, url)];
  });
  const page = { name: project, files, ...describe(project, answer, files) };
  return { page, unknownHosts: [...unknownHosts] };
}

function urlOf(link: Link, base: string): URL | undefined {
  const url = URL.canParse(link.href, base) ? new URL(link.href, base) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** It becomes part of a URL and of a file's path on the reader's side. */
function isPlainName(filename: string): boolean {
  return /^[\w.+!-]{1,255}$/.test(filename) && !/^\.{1,2}$/.test(filename);
}

function fileOf(link: Link, url: URL): UpstreamFile {
  const hashes =
    link.hashes !== undefined && Object.keys(link.hashes).length > 0 ? link.hashes : hashesOfHref(url.href);
  url.hash = '';
  url.username = '';
  url.password = '';
  const { sha256 } = hashes;
  const isHash = sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256);
  const { filename, size, uploadTime, requiresPython, yanked, metadataHash, provenance } = link;
  return {
    filename,
    url: url.href,
    key: isHash ? sha256 : hashBytes(`url ${url.href}`),
    hashes,
    ...(size !== undefined && { size }),
    ...(uploadTime !== undefined && isTime(uploadTime) && { uploadTime }),
    ...(requiresPython !== undefined && { requiresPython }),
    ...(yanked !== undefined && { yanked }),
    ...(metadataHash !== undefined && { metadataHash }),
    ...(provenance !== undefined && /^https?:\/\//.test(provenance) && { provenance }),
  };
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text);
}

const statuses: readonly ProjectStatus[] = ['active', 'archived', 'deprecated', 'quarantined'];

/** What only the JSON form has. */
function describe(
  project: string,
  { body, contentType }: { body: Buffer; contentType: string },
  files: readonly UpstreamFile[],
): Pick<ProjectPage, 'versions' | 'status' | 'statusReason'> {
  if (!contentType.includes('json')) return { versions: versionsOf(project, files), status: 'active' };
  const document = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  const { versions, 'project-status': marker } = document;
  const status: unknown =
    typeof marker === 'object' && marker !== null ? Reflect.get(marker, 'status') : undefined;
  const reason: unknown =
    typeof marker === 'object' && marker !== null ? Reflect.get(marker, 'reason') : undefined;
  return {
    versions: Array.isArray(versions)
      ? versions.filter((version): version is string => typeof version === 'string')
      : versionsOf(project, files),
    status: statuses.find((known) => known === status) ?? 'active',
    ...(typeof reason === 'string' && { statusReason: reason }),
  };
}

function versionsOf(project: string, files: readonly UpstreamFile[]): string[] {
  return [...new Set(files.flatMap(({ filename }) => versionOf(project, filename)))];
}

/** None for what is no distribution: a Windows installer, a signature. */
function versionOf(project: string, filename: string): string[] {
  try {
    return [readDistributionName(filename, project).version];
  } catch (error) {
    if (error instanceof BuildError) return [];
    throw error;
  }
}
