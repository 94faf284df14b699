// The configured index: a project's page on a server, or its directory in a local tree, of which the top counts as
// one flat listing too.

import { join } from 'node:path';
import { BuildError } from '#base';
import { redactUrl } from '#net';
import { canonicalizeName, safeName } from '#standards';
import { groupLinks, type LinkGroup } from './group-links.ts';
import type { SkippedFile } from './index-contract.ts';
import { listLocalPath, listSubdirectories } from './list-directory.ts';
import { foreignScheme, isRemote, localPathOf } from './local-location.ts';
import { readPage } from './read-page.ts';
import { readLocalPage, type LinkScanner } from './scan-link.ts';

/** What the index says about a project. */
export interface ProjectPages {
  groups: readonly LinkGroup[];
  /** The index could not be asked. */
  failure?: BuildError;
  /** The index was asked and has no page; the lines zc.buildout prints then. */
  notFound?: readonly string[];
  unread?: SkippedFile;
}

/** Answers for one project after another; each page is read when it is asked for, so the caller remembers. */
export function createProjectFinder(
  scanner: LinkScanner,
  indexUrl: string,
): (project: string) => Promise<ProjectPages> {
  if (indexUrl === '') return async () => ({ groups: [] });
  if (isRemote(indexUrl)) {
    const root = indexUrl.endsWith('/') ? indexUrl : `${indexUrl}/`;
    return async (project) => findRemotePage(scanner, root, project);
  }
  const scheme = foreignScheme(indexUrl);
  if (scheme !== undefined) {
    throw new BuildError('INDEX_URL', `Index \`${redactUrl(indexUrl)}\` has the scheme \`${scheme}\``, {
      hint: 'use an http, https or file URL, or a directory',
    });
  }
  const root = localPathOf(indexUrl);
  let top: Promise<LinkGroup> | undefined;
  let directories: ReadonlyMap<string, readonly string[]> | undefined;
  return async (project) => {
    directories ??= directoriesByProject(root);
    top ??= listTop(root);
    return findLocalPages({ root, top: await top, directories }, project);
  };
}

async function findRemotePage(scanner: LinkScanner, root: string, project: string): Promise<ProjectPages> {
  const canonicalName = canonicalizeName(project);
  const url = `${root}${encodeURIComponent(canonicalName)}/`;
  if (!scanner.isAllowed(url)) {
    const reason = `\`allow-hosts\` does not allow \`${new URL(url).host}\``;
    return { groups: [], unread: { filename: redactUrl(url), reason } };
  }
  if (scanner.offline) return { groups: [] };
  // An index made of plain directories may know the name only as its owner writes it.
  const spelling = safeName(project);
  const urls =
    spelling.toLowerCase() === canonicalName ? [url] : [url, `${root}${encodeURIComponent(spelling)}/`];
  for (const candidate of urls) {
    const page = await readPage(scanner.reader, candidate);
    if (page.state === 'failed') return { groups: [], failure: page.error };
    if (page.state === 'missing') continue;
    const source = { base: page.base, page: redactUrl(candidate), kind: 'remote', origin: 'index' } as const;
    return { groups: [groupLinks(source, page.links)] };
  }
  return { groups: [], notFound: [] };
}

interface LocalIndex {
  root: string;
  top: LinkGroup;
  directories: ReadonlyMap<string, readonly string[]>;
}

async function findLocalPages(index: LocalIndex, project: string): Promise<ProjectPages> {
  const canonicalName = canonicalizeName(project);
  const names = index.directories.get(canonicalName) ?? [];
  const groups = await Promise.all(names.map(async (name) => readProjectDirectory(join(index.root, name))));
  if (names.length > 0) return { groups: [...groups, index.top] };
  const notFound = [`Not found: ${index.root}/${canonicalName}/`];
  const spelling = safeName(project);
  if (spelling.toLowerCase() !== canonicalName) notFound.push(`Not found: ${index.root}/${spelling}/`);
  return { groups: [index.top], notFound };
}

async function readProjectDirectory(path: string): Promise<LinkGroup> {
  const page = await readLocalPage(path, 'index');
  if (page !== undefined) return page;
  return groupLinks(
    { base: path, page: path, kind: 'directory', origin: 'index' },
    listLocalPath(path) ?? [],
  );
}

async function listTop(root: string): Promise<LinkGroup> {
  return groupLinks(
    { base: root, page: root, kind: 'directory', origin: 'index' },
    listLocalPath(root) ?? [],
  );
}

function directoriesByProject(root: string): ReadonlyMap<string, readonly string[]> {
  const directories = new Map<string, string[]>();
  for (const name of listSubdirectories(root)) {
    const canonicalName = canonicalizeName(name);
    directories.set(canonicalName, [...(directories.get(canonicalName) ?? []), name]);
  }
  return directories;
}
