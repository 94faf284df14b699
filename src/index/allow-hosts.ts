// `allow-hosts` of `[buildout]`: patterns of Python's `fnmatch` that a link's host must match as a whole.

/** Whether a link may be followed. No pattern allows every host, and local files are always allowed. */
export function createHostFilter(patterns: readonly string[]): (url: string) => boolean {
  if (patterns.length === 0 || patterns.includes('*')) return () => true;
  const expression = new RegExp(`^(?:${patterns.map(translatePattern).join('|')})$`, 's');
  const known = new Map<string, boolean>();
  return (url) => {
    const host = /^https?:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(url)?.[1];
    if (host === undefined) return true;
    const isAllowed = known.get(host) ?? expression.test(host);
    known.set(host, isAllowed);
    return isAllowed;
  };
}

/** As Python's `fnmatch.translate`, without its anchors. */
function translatePattern(pattern: string): string {
  let result = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    if (character === '*') result += result.endsWith('.*') ? '' : '.*';
    else if (character === '?') result += '.';
    else if (character === '[') {
      const end = endOfSet(pattern, at);
      result += end === -1 ? '\\[' : translateSet(pattern.slice(at + 1, end));
      if (end !== -1) at = end;
    } else result += character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
  }
  return result;
}

/** Where the `]` of the set that begins at `start` is; one right after `[` or `[!` is part of the set. */
function endOfSet(pattern: string, start: number): number {
  let at = start + 1;
  if (pattern[at] === '!') at += 1;
  if (pattern[at] === ']') at += 1;
  return pattern.indexOf(']', at);
}

function translateSet(set: string): string {
  const isNegated = set.startsWith('!');
  const body = (isNegated ? set.slice(1) : set).replaceAll(/[\\[\]^&~|]/g, '\\$&');
  return `[${isNegated ? '^' : ''}${body}]`;
}
