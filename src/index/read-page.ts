// A page of links from the network: content negotiation, conditional requests, size limit; and what zc.buildout says
// while it reads one.

import { BuildError, type Report } from '#base';
import { redactUrl, type Http, type HttpResponse } from '#net';
import type { CachedPage, PageCache } from './index-contract.ts';
import type { Link } from './link.ts';
import { parseHtmlLinks } from './parse-html-links.ts';
import { parseJsonPage } from './parse-json-page.ts';

export interface PageReader {
  http: () => Http;
  report: Report;
  cache?: PageCache;
}

export type ReadPage =
  | { state: 'read'; base: string; links: readonly Link[] }
  | { state: 'missing'; status: number }
  | { state: 'failed'; error: BuildError };

const accept =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1, */*;q=0.01';
const maximumPageBytes = 40 * 1024 * 1024;

/** Reads and parses the page at `url`. That a page can't be read is a result; only bugs are thrown. */
export async function readPage(reader: PageReader, url: string): Promise<ReadPage> {
  reader.report({ type: 'log', level: 'info', logger: 'root', text: `Reading ${redactUrl(url)}` });
  try {
    const page = await fetchPage(reader, url);
    return 'status' in page ? page : { state: 'read', ...(await parsePage(page)) };
  } catch (error) {
    if (error instanceof BuildError) return { state: 'failed', error };
    throw error;
  }
}

async function fetchPage(
  reader: PageReader,
  url: string,
): Promise<CachedPage | { state: 'missing'; status: number }> {
  const cached = reader.cache?.find(url);
  const headers: Record<string, string> = { accept };
  if (cached?.etag !== undefined) headers['if-none-match'] = cached.etag;
  else if (cached?.lastModified !== undefined) headers['if-modified-since'] = cached.lastModified;
  const response = await reader.http().get(url, { headers, maximumBytes: maximumPageBytes });
  if (response.status === 304 && cached !== undefined) return cached;
  if (response.status === 200) return keepPage(reader, url, response);
  const { STATUS_CODES } = await import('node:http');
  reader.report({
    type: 'log',
    level: 'info',
    logger: 'root',
    text: `HTTP error: ${STATUS_CODES[response.status] ?? response.status}`,
  });
  if (response.status === 404 || response.status === 410)
    return { state: 'missing', status: response.status };
  throw new BuildError('INDEX_STATUS', `\`${redactUrl(url)}\` answers with status ${response.status}`, {
    hint:
      response.status === 401 || response.status === 403
        ? 'put user and password into the URL of the index or find-links entry, or into ~/.netrc'
        : 'check the URL',
  });
}

function keepPage(reader: PageReader, url: string, response: HttpResponse): CachedPage {
  const etag = response.headers.get('etag');
  const lastModified = response.headers.get('last-modified');
  const page: CachedPage = {
    body: response.body,
    contentType: response.headers.get('content-type') ?? '',
    url: response.url,
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
  };
  if (etag !== undefined || lastModified !== undefined) reader.cache?.save(url, page);
  return page;
}

/** The links of a page as a server sent it; its content type decides, whatever was asked for. Fails with `INDEX_PAGE`. */
export async function parsePage(
  page: Pick<CachedPage, 'body' | 'contentType' | 'url'>,
): Promise<{ base: string; links: readonly Link[] }> {
  const [mediaType = '', ...parameters] = page.contentType.toLowerCase().split(';');
  const type = mediaType.trim();
  if (type === 'application/vnd.pypi.simple.v1+json' || type === 'application/json') {
    return { base: page.url, links: parseJsonPage(page.body.toString('utf8'), redactUrl(page.url)) };
  }
  if (!type.includes('html')) {
    throw new BuildError(
      'INDEX_PAGE',
      `\`${redactUrl(page.url)}\` is \`${type || 'of no type'}\`, not a page of links`,
      {
        hint: 'check that the URL is that of a simple index or of a page with links',
      },
    );
  }
  const isLatin = /charset="?(?:iso-8859-1|latin-?1|windows-1252)/.test(parameters.join(';'));
  const html = await parseHtmlLinks(page.body.toString(isLatin ? 'latin1' : 'utf8'));
  return { base: baseOf(page.url, html.base), links: html.links };
}

/** A page may say what its links are relative to, but not leave the web with that. */
function baseOf(url: string, base: string | undefined): string {
  if (base === undefined || !URL.canParse(base, url)) return url;
  const resolved = new URL(base, url);
  return resolved.protocol === 'http:' || resolved.protocol === 'https:' ? resolved.href : url;
}
