// Python's `glob.glob` as far as the `develop` option needs it: `*`, `?` and `[…]` within one name.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '#base';

/** The existing paths that match, sorted. Wildcards do not match a leading dot. */
export function expandGlob(pattern: string): string[] {
  const names = pattern.split('/').filter((name) => name !== '');
  let found = [pattern.startsWith('/') ? '/' : ''];
  for (const name of names) {
    found = hasWildcard(name)
      ? found.flatMap((directory) => matchNames(directory, name))
      : found.map((directory) => join(directory, name));
  }
  return found.filter((path) => existsSync(path)).sort();
}

function hasWildcard(name: string): boolean {
  return /[*?[]/.test(name);
}

function matchNames(directory: string, pattern: string): string[] {
  const expression = compile(pattern);
  return listNames(directory === '' ? '.' : directory)
    .filter((name) => (!name.startsWith('.') || pattern.startsWith('.')) && expression.test(name))
    .map((name) => join(directory, name));
}

function listNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}

function compile(pattern: string): RegExp {
  const source = pattern.replaceAll(
    /\[(!?)([^\]]+)\]|[*?]|[^*?[]+|\[/g,
    (token, not: string, characters: string) => {
      if (token === '*') return '[^/]*';
      if (token === '?') return '[^/]';
      if (characters === undefined) return escapeText(token);
      return `[${not === '' ? '' : '^'}${characters.replaceAll(/[\\\]^]/g, '\\$&')}]`;
    },
  );
  return new RegExp(`^${source}$`, 's');
}

function escapeText(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
