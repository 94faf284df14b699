// What a source release is made of, as the command line names it: a directory, or something that git, Mercurial or
// Subversion fetches.

import { fileURLToPath } from 'node:url';
import { isAbsolute, join } from 'node:path';
import { BuildError } from '#base';
import { redactUrl } from '#net';

export type ReleaseSource =
  | { kind: 'directory'; path: string; name: string }
  | { kind: 'git' | 'hg' | 'svn'; url: string; ref?: string; name: string };

/**
 * `DIR`, `file:` (a directory), `git+URL`, `hg+URL`, `…/x.git`, `ssh://…/x.git`, `host:path/x.git`, each with `@REF` at its
 * end; `svn://` and `svn+ssh://` as they are, `svn+http(s)://` without the prefix. Fails with `RELEASE_SOURCE` for a URL
 * of another kind.
 */
export function parseSource(text: string, cwd: string): ReleaseSource {
  const [, prefix = '', rest = text] = /^(git|hg|svn)\+(?!ssh:)(.*)$/s.exec(text) ?? [];
  if (prefix === 'svn') return { kind: 'svn', url: rest, name: nameOf(rest) };
  if (/^svn(?:\+ssh)?:\/\//i.test(text)) return { kind: 'svn', url: text, name: nameOf(text) };
  const [, system = prefix, secure = rest] = /^(git|hg)\+(ssh:.*)$/s.exec(text) ?? [];
  if (system === 'git' || system === 'hg') return fetched(system, secure, cwd);
  if (/\.git(?:@.+)?$/s.test(text)) return fetched('git', text, cwd);
  if (/^file:/i.test(text)) return directory(filePath(text));
  if (/^[a-z][-+.a-z0-9]*:\/\//i.test(text)) throw unknownKind(text);
  return directory(isAbsolute(text) ? text : join(cwd, text));
}

function directory(path: string): ReleaseSource {
  return { kind: 'directory', path: path === '/' ? path : path.replace(/\/+$/, ''), name: nameOf(path) };
}

function fetched(kind: 'git' | 'hg', text: string, cwd: string): ReleaseSource {
  const { url, ref } = splitReference(text);
  const isPath = !/^[a-z][-+.a-z0-9]*:\/\//i.test(url) && !/^[^/]+:/.test(url) && !isAbsolute(url);
  return {
    kind,
    url: isPath ? join(cwd, url) : url,
    name: nameOf(url).replace(/\.git$/, ''),
    ...(ref === undefined ? {} : { ref }),
  };
}

/** A user stands before an `@` too: a reference is behind `.git`, else in the path. Branches may have slashes. */
function splitReference(text: string): { url: string; ref?: string } {
  const [, server = '', path = ''] = /^([a-z][-+.a-z0-9]*:\/\/[^/]*)?(.*)$/is.exec(text) ?? [];
  const [, suffixed, behind] = /^(.*?\.git)@(.+)$/s.exec(path) ?? [];
  if (suffixed !== undefined && behind !== undefined) return { url: server + suffixed, ref: behind };
  const at = server === '' ? -1 : path.lastIndexOf('@');
  return at === -1 ? { url: text } : { url: server + path.slice(0, at), ref: path.slice(at + 1) };
}

function filePath(url: string): string {
  try {
    // `file:relative` and `file:///absolute` both are in use.
    return fileURLToPath(url);
  } catch (error) {
    throw new BuildError('RELEASE_SOURCE', `\`${url}\` names no directory of this machine`, {
      hint: 'write it as `file:///path/to/directory`, or give the directory itself',
      cause: error,
    });
  }
}

/** The last part of the path, as zc.sourcerelease names a release. */
function nameOf(location: string): string {
  return /([^/:@]+)(?:@\w+)?\/*$/.exec(location.replace(/[?#].*$/, ''))?.[1] ?? '';
}

function unknownKind(url: string): BuildError {
  return new BuildError('RELEASE_SOURCE', `\`${redactUrl(url)}\` does not say what fetches it`, {
    hint: 'write `git+…`, `hg+…` or `svn+…` before the URL, or give a directory',
  });
}
