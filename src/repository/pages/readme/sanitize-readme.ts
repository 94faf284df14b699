// The one way by which a stranger's HTML gets onto a page: elements and attributes that are on a list, nothing that loads,
// runs, styles or submits. No element of another namespace (SVG, MathML) and none whose content is read by other rules is
// on the list, so that a browser can't read the result in another way than it was written.

import sanitize from 'sanitize-html';
import { decodePart } from '../../decode-part.ts';
import { safeUrl } from '../html.ts';
import { readmePrefix } from './render-markdown.ts';

const blocks =
  'p br hr h3 h4 h5 h6 blockquote pre ul ol li dl dt dd table thead tbody tfoot tr th td caption div details summary';
const inline = 'a code em strong b i u s del ins sub sup kbd samp var small abbr q cite mark span';

/** With everything in them. */
const dropped =
  'script style textarea option select noscript xmp iframe noembed noframes plaintext title template svg math object';

const imageClass = 'image';

/** A page has its own headings of the first and second level. */
const lowered = { h1: 'h3', h2: 'h4', h3: 'h5', h4: 'h6', h5: 'h6', h6: 'h6' } as const;

/** HTML that is safe inside a `div` of a page; headings are two levels lower, images are named and linked. */
export function sanitizeReadme(markup: string): string {
  let links = 0;
  return sanitize(markup, {
    allowedTags: `${blocks} ${inline}`.split(' '),
    nonTextTags: dropped.split(' '),
    allowedAttributes: {
      a: ['href', 'rel', 'class'],
      span: ['class'],
      ol: ['start'],
      details: ['open'],
      abbr: ['title'],
      '*': ['id', 'align'],
    },
    disallowedTagsMode: 'discard',
    allowedSchemes: ['http', 'https', 'mailto'],
    allowProtocolRelative: false,
    nestingLimit: 50,
    onOpenTag: (name) => {
      if (name === 'a') links += 1;
    },
    onCloseTag: (name) => {
      if (name === 'a') links -= 1;
    },
    transformTags: {
      '*': (tagName, attributes) => ({ tagName: lowerHeading(tagName), attribs: keepHarmless(attributes) }),
      a: (tagName, { href = '', id = '' }) => describeLink(tagName, linkAttributes(href, id)),
      img: (_, { src = '', alt = '' }) => describeImage({ src, alt }, links > 0),
    },
  });
}

function lowerHeading(tagName: string): string {
  return Object.hasOwn(lowered, tagName) ? lowered[tagName as keyof typeof lowered] : tagName;
}

/** Ids of the README's own headings, and the three ways to align. */
function keepHarmless({ id = '', align = '', ...others }: sanitize.Attributes): sanitize.Attributes {
  const { class: className, ...rest } = others;
  return {
    ...rest,
    ...(className === imageClass && { class: className }),
    ...(isReadmeId(id) && { id }),
    ...(/^(?:left|center|right)$/i.test(align) && { align: align.toLowerCase() }),
  };
}

function isReadmeId(id: string): boolean {
  return id.startsWith(readmePrefix) && /^[\p{L}\p{N}_-]{1,120}$/u.test(id);
}

/** Without an address it is no link. */
function describeLink(tagName: string, attribs: sanitize.Attributes): sanitize.Tag {
  return { tagName: 'href' in attribs ? tagName : 'span', attribs };
}

/** A relative address would lead nowhere: it was one of the source checkout. */
function linkAttributes(href: string, id: string): sanitize.Attributes {
  const own = isReadmeId(id) ? { id } : {};
  const fragment = href.startsWith('#') ? decodePart(href.slice(1)) : undefined;
  if (fragment !== undefined && /^[\p{L}\p{N}_-]{1,100}$/u.test(fragment)) {
    return { ...own, href: `#${readmePrefix}${fragment.toLowerCase()}` };
  }
  const url = safeUrl(href);
  return url === undefined ? own : { ...own, href: url, rel: 'nofollow noopener noreferrer' };
}

/** Nothing is loaded from elsewhere: readers would be seen there. */
function describeImage({ src, alt }: { src: string; alt: string }, isInLink: boolean): sanitize.Tag {
  const url = isInLink ? undefined : safeUrl(src);
  const text = alt.trim() === '' ? fileName(src) : alt.trim();
  if (url === undefined || url.startsWith('mailto:')) {
    return { tagName: 'span', attribs: { class: imageClass }, text };
  }
  return {
    tagName: 'a',
    attribs: { class: imageClass, href: url, rel: 'nofollow noopener noreferrer' },
    text,
  };
}

/** What a file is called is better than nothing. */
function fileName(src: string): string {
  const [, name = ''] = /([^/?#]{1,60})(?:[?#].*)?$/s.exec(src) ?? [];
  return decodePart(name) ?? 'image';
}
