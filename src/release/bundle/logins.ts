// The logins in URLs of a configuration, which no file of a release may have.

import type { Configuration } from '#config';

const login = /\b[a-z][-+.a-z0-9]*:\/\/([^\s/?#:@]*:[^\s/?#@]+@)/gi;

/** Each `user:password@`, as written, of every value. */
export function loginsIn({ annotated }: Configuration): string[] {
  const found = new Set<string>();
  for (const section of annotated.values()) {
    for (const { value } of section.values()) {
      for (const [, text = ''] of value.matchAll(login)) found.add(text);
    }
  }
  return [...found];
}
