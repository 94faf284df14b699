// What lies in a shared directory: `<root>/<section>/<name>`, and what each says about others. Links are never followed.

import { existsSync, lstatSync, readdirSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { hasCode, tryReadText } from '#base';
import { markerName } from '../part-marker.ts';

export interface SharedEntry {
  section: string;
  name: string;
  path: string;
  /** It is finished: an egg, or a part with its marker. */
  isComplete: boolean;
  modified: number;
}

/** What is passed over, with the reason. */
export interface LeftEntry {
  path: string;
  reason: string;
}

export function listEntries(root: string): { entries: SharedEntry[]; left: LeftEntry[] } {
  const entries: SharedEntry[] = [];
  const left: LeftEntry[] = [];
  for (const section of namesIn(root)) {
    const sectionPath = join(root, section);
    const kind = lstatSync(sectionPath);
    if (kind.isSymbolicLink()) left.push({ path: sectionPath, reason: 'is a link' });
    if (!kind.isDirectory()) continue;
    for (const name of namesIn(sectionPath)) {
      const path = join(sectionPath, name);
      const stats = lstatSync(path);
      if (stats.isSymbolicLink()) {
        left.push({ path, reason: 'is a link' });
        continue;
      }
      const isComplete = section === '__eggs__' || existsSync(join(path, markerName));
      entries.push({ section, name, path, isComplete, modified: stats.mtimeMs });
    }
  }
  return { entries, left };
}

/** The texts of an entry that name others: its marker, signatures of older recipes, and its scripts. */
export function textsOf({ path, section }: SharedEntry): string[] {
  if (section === '__eggs__') return [];
  const marks = allNames(path).filter((name) => name === markerName || /^\..*signature$/.test(name));
  return [...marks.map((name) => join(path, name)), ...scriptsIn(join(path, 'bin'))].flatMap(readTextOf);
}

/** The text of each script of a directory. */
export function textsIn(bin: string): string[] {
  return scriptsIn(bin).flatMap(readTextOf);
}

function scriptsIn(bin: string): string[] {
  return allNames(bin).map((name) => join(bin, name));
}

/** Larger files are no scripts. */
const largestScript = 2 ** 22;

function readTextOf(path: string): string[] {
  const stats = tryStat(path);
  if (stats?.isFile() !== true || stats.size > largestScript) return [];
  const text = tryReadText(path, 'EISDIR', 'ELOOP');
  return text === undefined ? [] : [text];
}

/** A script may be a link; one that leads nowhere says nothing. */
function tryStat(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (hasCode(error, 'ELOOP', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Hidden names belong to clutch and to others' tools. */
function namesIn(directory: string): string[] {
  return allNames(directory).filter((name) => !name.startsWith('.'));
}

function allNames(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
