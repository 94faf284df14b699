// From a link and what its name says to a candidate, or to a reason why there is none.

import { fileURLToPath } from 'node:url';
import { parseWheelFilename, type WheelFilename } from '#standards';
import type { Candidate, SkippedFile } from './index-contract.ts';
import type { InterpretedFile } from './interpret-filename.ts';
import { hashesOfHref, type Link, type LinkSource } from './link.ts';

/** What decides about links besides their names. */
export interface LinkPolicy {
  isAllowed: (url: string) => boolean;
}

/** The candidate behind `link`; schemes that are no files, hidden hosts and hostile names give a reason instead. */
export function makeCandidate(
  link: Link,
  file: InterpretedFile,
  context: { source: LinkSource; policy: LinkPolicy },
): Candidate | SkippedFile {
  const { source, policy } = context;
  const place = placeOf(link, source);
  if ('reason' in place) return { filename: link.filename, reason: place.reason };
  if (!policy.isAllowed(place.url)) {
    const host = new URL(place.url).host;
    return { filename: link.filename, reason: `\`allow-hosts\` does not allow \`${host}\`` };
  }
  const filename = link.filename.replace(/\.egg\.zip$/, '.egg');
  const hasHashes = link.hashes !== undefined && Object.keys(link.hashes).length > 0;
  const candidate: Candidate = {
    project: file.project,
    version: file.version,
    filename,
    url: place.url,
    location: place.location,
    kind: link.isDirectory === true ? 'directory' : file.kind,
    hashes: hasHashes ? link.hashes : hashesOfHref(link.href),
    ...(link.requiresPython !== undefined && { requiresPython: link.requiresPython }),
    ...(link.yanked !== undefined && { yanked: link.yanked }),
    ...(link.metadataHash !== undefined && { metadataHash: link.metadataHash }),
    ...(link.size !== undefined && { size: link.size }),
    ...(file.eggPython !== undefined && { eggPython: file.eggPython }),
    ...(file.eggPlatform !== undefined && { eggPlatform: file.eggPlatform }),
    origin: source.origin,
    page: source.page,
    precedence: file.precedence,
  };
  return file.kind === 'wheel' ? withLazyWheel(candidate) : candidate;
}

/** Parsing the tags of thousands of wheels that nobody will look at costs more than reading the page. */
function withLazyWheel(candidate: Candidate): Candidate {
  let wheel: WheelFilename | undefined;
  let isParsed = false;
  return Object.defineProperty(candidate, 'wheel', {
    enumerable: true,
    get: () => {
      if (!isParsed) wheel = parseWheelFilename(candidate.filename);
      isParsed = true;
      return wheel;
    },
  });
}

type Place = { url: string; location: string } | { reason: string };

/** Complete and in normal form already, so that the URL need not be parsed: as PyPI writes its links. */
const plainUrl = /^https?:\/\/[a-z0-9.-]+(?::\d+)?\/[\w./~%+=!@,-]*(?:#[\w=&.+!-]*)?$/;

function placeOf(link: Link, source: LinkSource): Place {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f/\\]/.test(link.filename) || link.filename.length > 255)
    return { reason: 'a hostile name' };
  if (source.kind === 'directory') return { url: link.href, location: link.href };
  const { href } = link;
  if (plainUrl.test(href) && !href.includes('/.')) return { url: withoutFragment(href), location: href };
  if (!URL.canParse(href, source.base)) return { reason: 'not a URL' };
  const url = new URL(href, source.base);
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    return { url: withoutFragment(url.href), location: url.href };
  }
  // A page from elsewhere has no business with files of this machine.
  if (url.protocol === 'file:' && source.kind === 'file-url' && url.host === '') {
    return { url: fileURLToPath(url.href), location: url.href };
  }
  return { reason: `a \`${url.protocol.slice(0, -1)}\` link, which is not followed` };
}

function withoutFragment(url: string): string {
  const hash = url.indexOf('#');
  return hash === -1 ? url : url.slice(0, hash);
}
