// A link on an index page, a find-links page or in a directory, before anybody asked what it is.

import type { CandidateOrigin } from './index-contract.ts';

export interface Link {
  /** As on the page, entities decoded; a path for what lies in a directory. */
  readonly href: string;
  /** The last part of its path, percent-decoded. */
  readonly filename: string;
  readonly requiresPython?: string;
  readonly yanked?: string | true;
  readonly metadataHash?: string | true;
  readonly size?: number;
  /** ISO 8601, as the page has it (PEP 700). */
  readonly uploadTime?: string;
  /** A URL (PEP 740). */
  readonly provenance?: string;
  /** From a JSON page; those in the fragment of `href` are read later. */
  readonly hashes?: Readonly<Record<string, string>>;
  readonly isDirectory?: boolean;
}

/** Where links were found; `base` is what relative ones are relative to. */
export interface LinkSource {
  /** An http(s) or `file:` URL, or a directory, whose links are absolute paths. */
  base: string;
  /** As shown to people. */
  page: string;
  kind: 'remote' | 'file-url' | 'directory';
  origin: CandidateOrigin;
}

/** The name of the file behind a link as zc.buildout sees it (_package_index.py, egg_info_for_url). */
export function filenameOfHref(href: string): string {
  let end = href.indexOf('#');
  if (end === -1) end = href.length;
  const query = href.indexOf('?');
  if (query !== -1 && query < end) end = query;
  const name = href.slice(href.lastIndexOf('/', end - 1) + 1, end);
  const semicolon = name.indexOf(';');
  return percentDecode(semicolon === -1 ? name : name.slice(0, semicolon));
}

function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

const fragmentHash = /(sha1|sha224|sha384|sha256|sha512|md5)=([a-f0-9]+)/;

/** The digest in a link's fragment: `#sha256=…`. */
export function hashesOfHref(href: string): Readonly<Record<string, string>> {
  const start = href.indexOf('#');
  if (start === -1) return {};
  const match = fragmentHash.exec(href.slice(start + 1));
  return match === null ? {} : { [match[1] ?? '']: match[2] ?? '' };
}
