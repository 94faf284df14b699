// Reads a directory from disk and describes it: units, entries, hashes. What the disk says counts, whatever a manifest
// may say; of modes only "executable or not" is seen, of times nothing.

import { hash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { BuildError, hashFile } from '#base';
import { sealTree, sealUnit, unitOf, type Tree, type TreeEntry, type TreeUnit } from './tree.ts';

/**
 * The tree at `directory`. Fails with RELEASE_UNFIT_TREE for what is neither file, directory nor link, and for names
 * and link targets that are not UTF-8; as the file system does for the rest.
 */
export function describeTree(directory: string): Tree {
  const units = new Map<string, TreeEntry[]>([['.', []]]);
  walk(directory, '', units);
  const sealed: TreeUnit[] = [];
  for (const [path, entries] of units) sealed.push(sealUnit(path, entries));
  return sealTree(sealed);
}

function walk(root: string, parent: string, units: Map<string, TreeEntry[]>): void {
  for (const bytes of readdirSync(`${root}/${parent}`, { encoding: 'buffer' })) {
    const path = parent === '' ? utf8(root, bytes) : `${parent}/${utf8(root, bytes)}`;
    const status = lstatSync(`${root}/${path}`);
    if (status.isDirectory()) {
      addDirectory(path, units);
      walk(root, path, units);
      continue;
    }
    const unit = unitOf(path, false);
    const inside = unit === '.' ? path : path.slice(unit.length + 1);
    const entries = units.get(unit) ?? [];
    if (status.isFile()) entries.push(describeFile(`${root}/${path}`, inside, status));
    else if (status.isSymbolicLink())
      entries.push({ type: 'link', path: inside, target: linkTarget(root, path) });
    else throw unfit(`\`${path}\` is neither a file nor a directory nor a link`, `${root}/${path}`);
  }
}

/** A unit's own directory is no entry: its name implies it. */
function addDirectory(path: string, units: Map<string, TreeEntry[]>): void {
  const unit = unitOf(path, true);
  const entries = units.get(unit) ?? [];
  units.set(unit, entries);
  if (path !== unit) entries.push({ type: 'directory', path: path.slice(unit.length + 1) });
}

const wholeFileLimit = 2 ** 20;

function describeFile(
  path: string,
  inside: string,
  { size, mode }: { size: number; mode: number },
): TreeEntry {
  const sha256 = size > wholeFileLimit ? hashFile(path) : hash('sha256', readFileSync(path), 'hex');
  return { type: 'file', path: inside, mode: (mode & 0o111) === 0 ? '0444' : '0555', size, sha256 };
}

function linkTarget(root: string, path: string): string {
  return utf8(`${root}/${path}`, readlinkSync(`${root}/${path}`, { encoding: 'buffer' }));
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(where: string, bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw unfit(`the name ${JSON.stringify(bytes.toString('latin1'))} is not UTF-8`, where);
  }
}

function unfit(problem: string, file: string): BuildError {
  return new BuildError('RELEASE_UNFIT_TREE', `A release cannot hold this: ${problem}`, {
    hint: 'take it out of the tree',
    where: { file },
  });
}
