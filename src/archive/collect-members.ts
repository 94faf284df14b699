// What an archive is made of, and the list of it for a directory: sorted, with two modes, without owners and times.

import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { BuildError } from '#base';

/** Something to put into an archive. A link's text is its bytes. */
export interface NewMember {
  /** Relative, with slashes; a directory has none at its end. */
  path: string;
  kind: 'file' | 'directory' | 'symlink';
  /** 0o644 or 0o755. */
  mode: number;
  size: number;
  /** Read when it is written, one member at a time. */
  read: () => Uint8Array;
  /** The file that `read` reads, when it is one. */
  source?: string;
  /** What `gzipFile` made of it, for whoever keeps that: a large file need not be compressed each time. */
  gzipped?: () => Promise<Uint8Array>;
}

/** A member from memory. */
export function memberOf(path: string, content: string | Uint8Array, mode: 0o644 | 0o755 = 0o644): NewMember {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { path, kind: 'file', mode, size: bytes.length, read: () => bytes };
}

/** What is left out, with everything below it; `path` is relative to the directory that is collected. */
export type SkipMember = (path: string, status: Stats) => boolean;

/** Everything below `directory`, each path behind `prefix/`; the directory itself is the prefix. */
export function collectMembers(directory: string, prefix = '', skip: SkipMember = () => false): NewMember[] {
  const members: NewMember[] = [];
  if (prefix !== '') members.push(directoryMember(prefix));
  walk(directory, '', { prefix: prefix === '' ? '' : `${prefix}/`, members, skip });
  return sortMembers(members);
}

interface Collection {
  prefix: string;
  members: NewMember[];
  skip: SkipMember;
}

/** The order of every archive we write: by UTF-16 code units of the path, so parents come first. */
export function sortMembers(members: readonly NewMember[]): NewMember[] {
  return [...members].sort((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0));
}

function directoryMember(path: string): NewMember {
  return { path, kind: 'directory', mode: 0o755, size: 0, read: () => new Uint8Array() };
}

function walk(directory: string, below: string, collection: Collection): void {
  const { prefix, members, skip } = collection;
  for (const name of readdirSync(directory)) {
    const source = `${directory}/${name}`;
    const relative = below === '' ? name : `${below}/${name}`;
    const path = prefix + relative;
    const status = lstatSync(source);
    if (skip(relative, status)) continue;
    if (status.isDirectory()) {
      members.push(directoryMember(path));
      walk(source, relative, collection);
    } else if (status.isSymbolicLink()) {
      const bytes = Buffer.from(readlinkSync(source));
      members.push({ path, kind: 'symlink', mode: 0o755, size: bytes.length, read: () => bytes });
    } else if (status.isFile()) {
      const mode = (status.mode & 0o111) === 0 ? 0o644 : 0o755;
      members.push({ path, kind: 'file', mode, size: status.size, source, read: () => readFileSync(source) });
    } else {
      throw new BuildError(
        'ARCHIVE_SPECIAL_FILE',
        `\`${source}\` is neither a file nor a directory nor a link`,
        {
          hint: 'remove it: an archive cannot hold it',
        },
      );
    }
  }
}
