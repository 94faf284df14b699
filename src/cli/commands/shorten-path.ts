// Paths in what `why` and `plan` say: relative to the buildout where they lie in it.

import { relative } from 'node:path';

/** `path` below `directory` without it; any other as it is. */
export function shortenPath(path: string, directory: string): string {
  const short = relative(directory, path);
  return short === '' || short.startsWith('..') || path.includes('://') ? path : short;
}

/** `file:line`, or what is known of it; empty when nothing is. */
export function formatPlace(
  where: { readonly file?: string | undefined; readonly line?: number | undefined },
  directory: string,
): string {
  if (where.file === undefined) return '';
  const file = shortenPath(where.file, directory);
  return where.line === undefined ? file : `${file}:${where.line}`;
}
