// Passwords in URLs: what is recorded or logged has none. Only `index` and `find-links` are changed in records, since a
// new password there needs no new installation; in any other option it may decide what a recipe writes.

import type { Options } from './plan-parts.ts';

const login = /\b([a-z][-+.a-z0-9]*:\/\/)[^\s/?#:@]*:[^\s/?#]*@/gi;
const fetchingOptions = new Set(['index', 'find-links']);

/** `text` with every `https://user:password@host` in it shown as `https://****@host`. */
export function hideLogins(text: string): string {
  return text.replace(login, '$1****@');
}

/** A part's options as `.installed.cfg` may keep them. */
export function recordableOptions(options: Options): Options {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      fetchingOptions.has(name) ? hideLogins(value) : value,
    ]),
  );
}
