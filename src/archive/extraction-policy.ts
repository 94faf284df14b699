// What any archive may put on disk, whatever its format: names that stay inside the tree and occur once, links that
// stay inside the tree, two modes, no devices, and limits on how many entries and bytes. Zip and tar both ask here
// before a byte is written.

import { posix } from 'node:path';
import { refuseArchive } from './refuse-archive.ts';

export type MemberKind = 'file' | 'directory' | 'symlink' | 'hardlink';

/** One entry as its archive declares it, before anything is believed. */
export interface ArchiveMember {
  name: string;
  kind: MemberKind;
  size: number;
}

export interface ExtractionLimits {
  maximumEntries: number;
  /** Of all files together, inflated. */
  maximumBytes: number;
}

export const defaultLimits: ExtractionLimits = { maximumEntries: 200_000, maximumBytes: 16 * 2 ** 30 };

/** Says yes to members one by one, in the order of the archive; remembers what it admitted. */
export interface Admission {
  /** The member's path inside the tree, without `.` and doubled slashes; empty for the root. Throws ARCHIVE_REFUSED. */
  admit(member: ArchiveMember): string;
  /** The link's text to write, never leaving the tree. Throws ARCHIVE_REFUSED. */
  admitLink(path: string, target: string): string;
  /** Every directory that the admitted members need, parents first. */
  readonly directories: readonly string[];
}

export interface AdmissionOptions {
  limits?: Partial<ExtractionLimits>;
  /**
   * As in tar: directories may be named again, and files too; whoever writes them compares, and refuses a second file
   * that differs from the first.
   */
  repeatedNames?: boolean;
}

/** A fresh admission for one archive. */
export function createAdmission(archive: string, options: AdmissionOptions = {}): Admission {
  const limits = { ...defaultLimits, ...options.limits };
  const seen = new Map<string, 'declared' | 'implied' | 'leaf'>();
  const directories: string[] = [];
  let entries = 0;
  let bytes = 0;

  const addDirectory = (path: string, key: string, name: string): void => {
    if (path === '') return;
    const known = seen.get(key);
    if (known === 'leaf') refuseArchive(archive, `\`${name}\` lies below a file or link of the same archive`);
    if (known !== undefined) return;
    const slash = path.lastIndexOf('/');
    if (slash > 0) addDirectory(path.slice(0, slash), key.slice(0, key.lastIndexOf('/')), name);
    seen.set(key, 'implied');
    directories.push(path);
  };

  const admitDirectory = (path: string, key: string, name: string): void => {
    if (seen.get(key) === 'declared' && options.repeatedNames !== true) {
      refuseArchive(archive, `the name \`${name}\` occurs twice`);
    }
    addDirectory(path, key, name);
    seen.set(key, 'declared');
  };

  return {
    directories,
    admit(member) {
      entries += 1;
      bytes += member.size;
      if (entries > limits.maximumEntries) {
        refuseArchive(archive, `it has more than ${limits.maximumEntries} entries`);
      }
      if (bytes > limits.maximumBytes)
        refuseArchive(archive, `it holds more than ${limits.maximumBytes} bytes`);
      const path = pathInsideTree(archive, member.name);
      const key = comparableName(path);
      if (member.kind === 'directory') {
        if (path !== '') admitDirectory(path, key, member.name);
        return path;
      }
      if (path === '') refuseArchive(archive, `\`${member.name}\` is no name for a file`);
      const known = seen.get(key);
      if (known !== undefined && !(known === 'leaf' && options.repeatedNames === true)) {
        refuseArchive(archive, `the name \`${member.name}\` occurs twice`);
      }
      const slash = path.lastIndexOf('/');
      if (slash > 0) addDirectory(path.slice(0, slash), key.slice(0, key.lastIndexOf('/')), member.name);
      seen.set(key, 'leaf');
      return path;
    },
    admitLink: (path, target) => linkInsideTree(archive, path, target),
  };
}

/** The mode a file gets, less the umask: executable or not, never set-user-id. */
export function modeFor(archived: number): number {
  return (archived & 0o111) === 0 ? 0o644 : 0o755;
}

/** The path of `name` below the tree's root, or a refusal. */
export function pathInsideTree(archive: string, name: string): string {
  if (name === '') refuseArchive(archive, 'an entry has an empty name');
  if (name.includes('\0')) refuseArchive(archive, `the name ${JSON.stringify(name)} has a NUL in it`);
  if (name.includes('\\')) refuseArchive(archive, `the name \`${name}\` has a backslash in it`);
  if (name.startsWith('/')) refuseArchive(archive, `the name \`${name}\` is absolute`);
  if (/^[A-Za-z]:/.test(name)) refuseArchive(archive, `the name \`${name}\` has a drive letter`);
  if (!unusualParts.test(name)) return name;
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) refuseArchive(archive, `the name \`${name}\` leaves the tree`);
  return parts.join('/');
}

/** A name with an empty, `.` or `..` part; a directory's trailing slash is one. */
const unusualParts = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** Two names of one file on a file system that normalises Unicode compare equal. */
function comparableName(path: string): string {
  return path.normalize('NFC');
}

/**
 * Links are made after all files, so nothing is written through one. `..` is meant against real directories, and
 * after normalising it stands only in front: so a link can lead through another link and still stays inside.
 */
function linkInsideTree(archive: string, path: string, target: string): string {
  const refused = target === '' || target.includes('\0') || target.startsWith('/') || target.includes('\\');
  if (refused) refuseArchive(archive, `the link \`${path}\` points to \`${target}\``);
  const text = posix.normalize(target);
  const place = posix.join(posix.dirname(path), text);
  if (place === '..' || place.startsWith('../')) {
    refuseArchive(archive, `the link \`${path}\` points out of the tree, to \`${target}\``);
  }
  return text.endsWith('/') ? text.slice(0, -1) : text;
}
