// `os.path` as the reference uses it: unlike Node's `path`, joining does not tidy up, so that a source is shown as written.

import { isAbsolute, resolve } from 'node:path';

/** `os.path.join`. */
export function joinPath(base: string, name: string): string {
  if (isAbsolute(name)) return name;
  return base === '' || base.endsWith('/') ? base + name : `${base}/${name}`;
}

/** `os.path.dirname`. */
export function directoryOf(path: string): string {
  const head = path.slice(0, path.lastIndexOf('/') + 1);
  const trimmed = head.replace(/\/+$/, '');
  return trimmed === '' ? head : trimmed;
}

/** `os.path.basename`. */
export function baseNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `os.path.abspath` in a given working directory. */
export function absolutePath(cwd: string, path: string): string {
  return resolve(cwd, path);
}

/** Whether zc.buildout takes a file's name for a URL. */
export function isUrl(name: string): boolean {
  return /^[a-zA-Z0-9+.-]+:\/\//.test(name);
}

/** A URL as it may be shown: without user and password. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-zA-Z0-9+.-]+:\/\/)[^/?#]*@/, '$1');
}
