// The index of one run: find-links and the index's page for a project, put together in zc.buildout's order, each read
// once however many ask at the same time.

import { isAbsolute } from 'node:path';
import { BuildError } from '#base';
import { canonicalizeName } from '#standards';
import { createHostFilter } from './allow-hosts.ts';
import { checkoutLinks } from './checkout-links.ts';
import { downloadCandidate, type DownloadedFile } from './download-candidate.ts';
import { createProjectFinder, type ProjectPages } from './find-project-pages.ts';
import { filesForProject, type FoundFiles, type LinkGroup } from './group-links.ts';
import type {
  Candidate,
  CandidateFilter,
  CandidateOrigin,
  Index,
  IndexSettings,
  SkippedFile,
} from './index-contract.ts';
import { isFileUrl, isRemote, localPathOf } from './local-location.ts';
import { readWheelMetadata } from './read-wheel-metadata.ts';
import { scanLink, type LinkScanner } from './scan-link.ts';

interface ScannedLink {
  entry: string;
  origin: CandidateOrigin;
  /** Started with the first question. */
  group?: Promise<LinkGroup>;
}

/** Reads nothing before the first question. */
export function createIndex(settings: IndexSettings): Index {
  const { http, report } = settings;
  const isAllowed = createHostFilter(settings.allowHosts);
  const reader = { http, report, ...(settings.pageCache !== undefined && { cache: settings.pageCache }) };
  const scanner: LinkScanner = { reader, offline: settings.offline, isAllowed };
  const links: ScannedLink[] = [];
  for (const entry of settings.findLinks) addLink(links, entry, originOf(entry, settings));
  const findProject = rememberByKey(createProjectFinder(scanner, settings.indexUrl));
  const skipped = new Map<string, readonly SkippedFile[]>();
  const said = new Set<string>();
  let answers = new Map<string, Promise<readonly Candidate[]>>();

  const collect = async (project: string, filter: CandidateFilter): Promise<readonly Candidate[]> => {
    const canonicalName = canonicalizeName(project);
    const pagesPromise = findProject(canonicalName, project);
    const groups = await Promise.all(links.map((link) => scanOnce(scanner, link)));
    const pages = await pagesPromise;
    const question = { canonicalName, filter, policy: { isAllowed } };
    const fromLinks = groups.map((group) => filesForProject(group, question));
    const fromIndex = pages.groups.map((group) => filesForProject(group, question));
    const hasLocal = fromLinks.some((found) => found.candidates.length > 0);
    if (pages.failure !== undefined && !hasLocal) throw unreachable(project, pages.failure);
    const all = [...fromLinks, ...fromIndex];
    const unread = [...groups.map((group) => group.unread), pages.unread].filter(
      (file) => file !== undefined,
    );
    skipped.set(canonicalName, [...all.flatMap((found) => found.skipped), ...unread]);
    const candidates = withoutDoubles(all);
    if (!said.has(canonicalName)) reportPages(pages, { project, isKnown: candidates.length > 0, settings });
    said.add(canonicalName);
    return candidates;
  };

  return {
    candidates: async (project, filter = {}) => {
      const key = `${canonicalizeName(project)} ${filter.version ?? ''}`;
      let answer = answers.get(key);
      if (answer === undefined) answers.set(key, (answer = collect(project, filter)));
      return answer;
    },
    addLinks: async (added) => {
      const before = links.length;
      for (const entry of added) addLink(links, entry, 'dependency-links');
      if (links.length > before) answers = new Map();
    },
    checkouts: async (project) => {
      const groups = await Promise.all(links.map((link) => scanOnce(scanner, link)));
      const found = groups.flatMap((group) => checkoutLinks(group, canonicalizeName(project)));
      return found.filter((link) => isAllowed(link.replace(/^(?:git|hg|svn)\+/, '')));
    },
    skipped: (project) => skipped.get(canonicalizeName(project)) ?? [],
    download: createDownloader(settings),
    readMetadata: rememberMetadata(settings),
  };
}

function createDownloader(settings: IndexSettings): Index['download'] {
  const running = new Map<string, Promise<DownloadedFile>>();
  return async (candidate, directory) => {
    const key = `${directory}\n${candidate.url}`;
    let download = running.get(key);
    if (download === undefined) {
      // Only while it runs: the directory may be emptied between two parts.
      download = downloadCandidate(candidate, directory, settings).finally(() => running.delete(key));
      running.set(key, download);
    }
    return download;
  };
}

function rememberMetadata(settings: IndexSettings): Index['readMetadata'] {
  const known = new Map<string, Promise<string | undefined>>();
  return async (candidate) => {
    if (settings.offline && !isAbsolute(candidate.url)) return undefined;
    let metadata = known.get(candidate.url);
    if (metadata === undefined) {
      known.set(candidate.url, (metadata = readWheelMetadata(candidate, settings.http)));
    }
    return metadata;
  };
}

function rememberByKey(
  find: (project: string) => Promise<ProjectPages>,
): (canonicalName: string, project: string) => Promise<ProjectPages> {
  const known = new Map<string, Promise<ProjectPages>>();
  return async (canonicalName, project) => {
    let pages = known.get(canonicalName);
    if (pages === undefined) known.set(canonicalName, (pages = find(project)));
    return pages;
  };
}

async function scanOnce(scanner: LinkScanner, link: ScannedLink): Promise<LinkGroup> {
  link.group ??= scanLink(scanner, link.entry, link.origin);
  return link.group;
}

function addLink(links: ScannedLink[], entry: string, origin: CandidateOrigin): void {
  const trimmed = entry.trim();
  if (trimmed !== '' && !links.some((link) => link.entry === trimmed)) links.push({ entry: trimmed, origin });
}

function originOf(entry: string, settings: IndexSettings): CandidateOrigin {
  const cache = settings.downloadCache;
  if (cache === undefined || isRemote(entry)) return 'find-links';
  const isCache = localPathOf(entry) === localPathOf(cache) && (isFileUrl(entry) || !entry.includes('://'));
  return isCache ? 'download-cache' : 'find-links';
}

/** The same file on two pages is one candidate; the first place counts, as in pkg_resources' Environment.add. */
function withoutDoubles(all: readonly FoundFiles[]): readonly Candidate[] {
  const locations = new Set<string>();
  return all.flatMap((found) =>
    found.candidates.filter((candidate) => {
      const key = `${candidate.version} ${candidate.location}`;
      const isNew = !locations.has(key);
      locations.add(key);
      return isNew;
    }),
  );
}

/** zc.buildout's lines about a page that is not there (_package_index.py, find_packages and not_found_in_index). */
function reportPages(
  pages: ProjectPages,
  about: { project: string; isKnown: boolean; settings: IndexSettings },
): void {
  const { project, isKnown, settings } = about;
  const log = (level: 'info' | 'warning', text: string): void =>
    settings.report({ type: 'log', level, logger: 'root', text });
  if (pages.failure !== undefined) {
    const text = `Download error on ${project}: ${pages.failure.message} -- Some packages may not be found!`;
    log('warning', text);
  }
  if (pages.notFound === undefined) return;
  for (const line of pages.notFound) log('warning', line);
  if (isKnown) log('info', `Couldn't retrieve index page for '${project}'`);
  else log('warning', `Couldn't find index page for '${project}' (maybe misspelled?)`);
  // Only a directory is listed as a whole: never the root of a server.
  if (pages.notFound.length > 0) log('info', 'Scanning index of all packages (this may take a while)');
}

/** An index that can't be asked stops the run, unless a link has the project. */
function unreachable(project: string, failure: BuildError): BuildError {
  return new BuildError(failure.code, `Can't ask the index for \`${project}\`: ${failure.message}`, {
    ...(failure.hint !== undefined && { hint: failure.hint }),
    cause: failure,
  });
}
