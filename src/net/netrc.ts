// Logins from a netrc file, by exact host name. Its `default` entry is left alone on purpose: it would send one
// password to every host there is.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode, homeDirectory, type Environment } from '#base';

export interface Login {
  user: string;
  password: string;
}

/** The logins of `NETRC`, else `~/.netrc`, by host in lower case; none when there is no such file. */
export function readNetrc(environment: Environment): ReadonlyMap<string, Login> {
  const file = environment['NETRC'] || join(homeDirectory(environment), '.netrc');
  try {
    return parseNetrc(readFileSync(file, 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR')) return new Map();
    throw error;
  }
}

/** The first entry of a host counts, as for curl and Python. Macros (`macdef`) and comments are passed over. */
export function parseNetrc(text: string): ReadonlyMap<string, Login> {
  const logins = new Map<string, Login>();
  let current: Login | undefined;
  const words = wordsOf(text);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    const value = words[at + 1] ?? '';
    if (word === 'default') current = undefined;
    if (word !== 'machine' && word !== 'login' && word !== 'password' && word !== 'account') continue;
    at += 1;
    if (word === 'machine') {
      current = { user: '', password: '' };
      if (!logins.has(value.toLowerCase())) logins.set(value.toLowerCase(), current);
    } else if (current !== undefined && word === 'login') current.user = value;
    else if (current !== undefined && word === 'password') current.password = value;
  }
  return logins;
}

function wordsOf(text: string): string[] {
  const withoutMacros = text.replace(/^[ \t]*macdef[^]*?(?:\n[ \t]*\n|$(?![^]))/gm, '\n');
  const words: string[] = [];
  for (const line of withoutMacros.split('\n')) {
    for (const match of line.matchAll(/"((?:\\.|[^"\\])*)"|\S+/g)) {
      if (match[0].startsWith('#')) break;
      words.push(match[1] === undefined ? match[0] : match[1].replace(/\\(.)/g, '$1'));
    }
  }
  return words;
}
