// The links of an HTML page (PEP 503). Pages as PyPI and most indexes write them go through one regular expression,
// measured at a fifth of the time of a real parser; whatever looks different in any way goes through htmlparser2.

import { filenameOfHref, type Link } from './link.ts';

export interface HtmlPage {
  links: readonly Link[];
  /** The page's `<base href>`. */
  base?: string;
}

/** More links than any honest page has; the rest is not read. */
const maximumLinks = 300_000;
const maximumHrefLength = 8192;

/** Every `<a href>` in order; broken HTML gives what can be read of it. */
export async function parseHtmlLinks(text: string): Promise<HtmlPage> {
  return parsePlainHtml(text) ?? (await parseAnyHtml(text));
}

const plainAnchor = /<a href="([^"<]*)"((?: [a-z-]+="[^"<]*")*) ?>[^<]*<\/a>/g;
const attribute = / ([a-z-]+)="([^"]*)"/g;
const unusualHtml =
  /<(?:!--|!\[|base|script|style|textarea|template|title [^>]|svg|math|plaintext|xmp|noscript|iframe)/i;
const anyAnchor = /<a[\s/>]/gi;

/** The links, or `undefined` when the page is not plainly a list of `<a href="…" name="value" …>text</a>`. */
export function parsePlainHtml(text: string): HtmlPage | undefined {
  if (unusualHtml.test(text)) return undefined;
  const links: Link[] = [];
  let count = 0;
  for (const [, href = '', rest = ''] of text.matchAll(plainAnchor)) {
    count += 1;
    const plainHref = decodeKnownEntities(href);
    const attributes = rest === '' ? {} : readAttributes(rest);
    if (plainHref === undefined || attributes === undefined || count > maximumLinks) return undefined;
    const link = linkOfAttributes(plainHref, attributes);
    if (link !== undefined) links.push(link);
  }
  let expected = 0;
  anyAnchor.lastIndex = 0;
  while (anyAnchor.test(text)) expected += 1;
  return expected === count ? { links } : undefined;
}

type Attributes = Readonly<Record<string, string>>;

/** The attributes after `href`; a second one of the same name does not count, as the HTML standard says. */
function readAttributes(text: string): Attributes | undefined {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(attribute)) {
    const decoded = decodeKnownEntities(value);
    if (decoded === undefined) return undefined;
    if (!Object.hasOwn(attributes, name)) attributes[name] = decoded;
  }
  return attributes;
}

const knownEntities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#34;': '"',
  '&#39;': "'",
  '&#x27;': "'",
};

/** `undefined` when there is an entity that only a real parser knows. */
function decodeKnownEntities(text: string): string | undefined {
  if (!text.includes('&')) return text;
  let isKnown = true;
  const decoded = text.replaceAll(/&[^;\s&]*;?/g, (entity) => {
    const character = knownEntities[entity];
    if (character === undefined) isKnown = false;
    return character ?? entity;
  });
  return isKnown ? decoded : undefined;
}

/** The same with a real parser, for everything. */
export async function parseAnyHtml(text: string): Promise<HtmlPage> {
  const { Parser } = await import('htmlparser2');
  const links: Link[] = [];
  let base: string | undefined;
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        if (name === 'base') base ??= attributes['href'];
        if (name !== 'a' || links.length >= maximumLinks) return;
        const link = linkOfAttributes(attributes['href'] ?? '', attributes);
        if (link !== undefined) links.push(link);
      },
    },
    { decodeEntities: true, lowerCaseTags: true, lowerCaseAttributeNames: true },
  );
  const step = 1 << 20;
  for (let at = 0; at < text.length && links.length < maximumLinks; at += step) {
    parser.write(text.slice(at, at + step));
  }
  parser.end();
  return base === undefined ? { links } : { links, base };
}

function linkOfAttributes(text: string, attributes: Attributes): Link | undefined {
  const href = text.trim();
  if (href === '' || href.length > maximumHrefLength) return undefined;
  const requiresPython = attributes['data-requires-python'];
  const yanked = attributes['data-yanked'];
  const metadata = attributes['data-core-metadata'] ?? attributes['data-dist-info-metadata'];
  const metadataHash = metadata === undefined ? undefined : readMetadataHash(metadata);
  return {
    href,
    filename: filenameOfHref(href),
    ...(requiresPython !== undefined && requiresPython !== '' && { requiresPython }),
    ...(yanked !== undefined && { yanked: yanked === '' ? (true as const) : yanked }),
    ...(metadataHash !== undefined && { metadataHash }),
  };
}

/** PEP 658 and 714: `sha256=…` or `true`. Other hash names promise a sibling whose hash can't be checked here. */
function readMetadataHash(text: string): string | true | undefined {
  if (text === 'false' || text === '') return undefined;
  const match = /^sha256=([0-9a-f]{64})$/i.exec(text);
  return match === null ? true : (match[1]?.toLowerCase() ?? true);
}
