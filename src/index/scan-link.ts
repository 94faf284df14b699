// One entry of find-links (or a dependency link): a page, a directory, a file, or the URL of a distribution itself
// (_package_index.py, add_find_links and process_url).

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode, type Report } from '#base';
import { redactUrl } from '#net';
import { checkoutProject } from './checkout-links.ts';
import { groupLinks, type LinkGroup } from './group-links.ts';
import type { CandidateOrigin } from './index-contract.ts';
import { interpretEggFragment, interpretFilename } from './interpret-filename.ts';
import { filenameOfHref, type Link, type LinkSource } from './link.ts';
import { listLocalPath } from './list-directory.ts';
import { directoryUrl, foreignScheme, isFileUrl, isRemote, localPathOf } from './local-location.ts';
import { parseHtmlLinks } from './parse-html-links.ts';
import { readPage, type PageReader } from './read-page.ts';

export interface LinkScanner {
  reader: PageReader;
  offline: boolean;
  isAllowed: (url: string) => boolean;
}

/** What the entry offers. What can't be read is said as zc.buildout says it, and offers nothing. */
export async function scanLink(
  scanner: LinkScanner,
  entry: string,
  origin: CandidateOrigin,
): Promise<LinkGroup> {
  if (isRemote(entry)) return scanRemoteLink(scanner, entry, origin);
  const scheme = foreignScheme(entry);
  if (scheme !== undefined && checkoutProject(entry) !== undefined) {
    const source: LinkSource = { base: entry, page: redactUrl(entry), kind: 'remote', origin };
    return groupLinks(source, [{ href: entry, filename: filenameOfHref(entry) }]);
  }
  if (scheme !== undefined) {
    return reject(entry, origin, `a \`${scheme}\` link, which is not followed`);
  }
  const path = localPathOf(entry);
  const page = isFileUrl(entry) ? await readLocalPage(path, origin) : undefined;
  if (page !== undefined) return page;
  const links = listLocalPath(path);
  if (links === undefined) warn(scanner.reader.report, `Not found: ${entry}`);
  return groupLinks({ base: path, page: path, kind: 'directory', origin }, withFragment(links ?? [], entry));
}

async function scanRemoteLink(
  scanner: LinkScanner,
  url: string,
  origin: CandidateOrigin,
): Promise<LinkGroup> {
  const page = redactUrl(url);
  const source: LinkSource = { base: url, page, kind: 'remote', origin };
  const filename = filenameOfHref(url);
  const isFile = (interpretFilename(filename) ?? interpretEggFragment(url)) !== undefined;
  if (isFile) return groupLinks(source, [{ href: url, filename }]);
  if (!scanner.isAllowed(url)) {
    return reject(url, origin, `\`allow-hosts\` does not allow \`${new URL(url).host}\``);
  }
  if (scanner.offline) return groupLinks(source, []);
  const result = await readPage(scanner.reader, url);
  if (result.state === 'failed') {
    const reason = result.error.message;
    warn(scanner.reader.report, `Download error on ${page}: ${reason} -- Some packages may not be found!`);
  }
  if (result.state !== 'read') return groupLinks(source, []);
  return groupLinks({ ...source, base: result.base }, result.links);
}

/** A `file:` URL of an HTML page or of a directory with `index.html` is read as a page (local_open). */
export async function readLocalPage(path: string, origin: CandidateOrigin): Promise<LinkGroup | undefined> {
  const file = htmlFileAt(path);
  if (file === undefined) return undefined;
  const { links } = await parseHtmlLinks(readFileSync(file, 'utf8'));
  const base = directoryUrl(join(file, '..'));
  return groupLinks({ base, page: file, kind: 'file-url', origin }, links);
}

function htmlFileAt(path: string): string | undefined {
  const candidates = /\.html?$/i.test(path) ? [path] : [join(path, 'index.html')];
  return candidates.find((file) => {
    try {
      return statSync(file).isFile();
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
      throw error;
    }
  });
}

/** The hash in `file:///x/demo-1.0.tar.gz#md5=…` belongs to the file, if the entry is one. */
function withFragment(links: readonly Link[], entry: string): readonly Link[] {
  const match = /#.*(sha1|sha224|sha384|sha256|sha512|md5)=([a-f0-9]+)/.exec(entry);
  const [link] = links;
  if (!isFileUrl(entry) || match === null || links.length !== 1 || link === undefined) return links;
  return [{ ...link, hashes: { [match[1] ?? '']: match[2] ?? '' } }];
}

function reject(entry: string, origin: CandidateOrigin, reason: string): LinkGroup {
  const page = redactUrl(entry);
  const source: LinkSource = { base: entry, page, kind: 'remote', origin };
  return {
    source,
    byProject: new Map(),
    ambiguous: [],
    rejected: [],
    checkouts: [],
    unread: { filename: page, reason },
  };
}

function warn(report: Report, text: string): void {
  report({ type: 'log', level: 'warning', logger: 'root', text });
}
