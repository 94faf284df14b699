// Pages of the simple API as HTML (PEP 503, 592, 658, 714, 792), and the flat pages for find-links.

import type { DevelopmentLink } from '../repository-contract.ts';
import { apiVersion, type PageFile, type ProjectPage } from './page-model.ts';

export function renderProjectHtml(page: ProjectPage): string {
  const status =
    page.status === 'active'
      ? ''
      : `<meta name="pypi:project-status" content="${page.status}">\n${
          page.statusReason === undefined
            ? ''
            : `<meta name="pypi:project-status-reason" content="${escapeHtml(page.statusReason)}">\n`
        }`;
  return renderPage(`Links for ${page.name}`, page.files.map(renderFile), status);
}

export function renderRootHtml(names: readonly string[]): string {
  return renderPage(
    'Simple index',
    names.map((name) => `<a href="${name}/">${name}</a><br>\n`),
  );
}

/** Every file on one page, piece by piece; `links` only where a client that knows them asks. */
export function* renderFlatHtml(
  files: Iterable<PageFile>,
  links: readonly DevelopmentLink[] = [],
): Generator<string> {
  yield pageStart('Links');
  for (const file of files) yield renderFile(file);
  for (const link of links) yield renderLink(link);
  yield pageEnd;
}

function renderPage(title: string, lines: readonly string[], meta = ''): string {
  return pageStart(title, meta) + lines.join('') + pageEnd;
}

function pageStart(title: string, meta = ''): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="pypi:repository-version" content="${apiVersion}">
${meta}<title>${escapeHtml(title)}</title>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
`;
}

const pageEnd = '</body>\n</html>\n';

function renderFile(file: PageFile): string {
  const [algorithm = '', digest = ''] = Object.entries(file.hashes)[0] ?? [];
  const fragment = algorithm === '' ? '' : `#${algorithm}=${digest}`;
  const attributes = [
    `href="${escapeHtml(file.url)}${fragment}"`,
    ...(file.requiresPython === undefined
      ? []
      : [`data-requires-python="${escapeHtml(file.requiresPython)}"`]),
    ...metadataAttributes(file.metadataHash),
    ...(file.yanked === undefined
      ? []
      : [`data-yanked="${file.yanked === true ? '' : escapeHtml(file.yanked)}"`]),
    ...(file.provenance === undefined ? [] : [`data-provenance="${escapeHtml(file.provenance)}"`]),
  ];
  return `<a ${attributes.join(' ')}>${escapeHtml(file.filename)}</a><br>\n`;
}

/** PEP 714: under the old name and the new one. */
function metadataAttributes(hash: string | true | undefined): string[] {
  if (hash === undefined) return [];
  const value = hash === true ? 'true' : `sha256=${hash}`;
  return [`data-dist-info-metadata="${value}"`, `data-core-metadata="${value}"`];
}

/** `#egg=name-dev` is what setuptools looks for; the text is what PEP 508 calls the same thing. */
function renderLink({ name, url }: DevelopmentLink): string {
  const bare = escapeHtml(url);
  const fragment = `${url.includes('#') ? '&amp;' : '#'}egg=${escapeHtml(name)}-dev`;
  return `<a href="${bare}${fragment}">${escapeHtml(name)} @ ${bare}</a><br>\n`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '') : text;
}
