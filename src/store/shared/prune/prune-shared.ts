// Takes away what no buildout uses any more from a shared directory: first out of sight, into `.trash`, and for good when it
// has lain there for the time of grace. While a run is at work there, nothing happens.

import { existsSync, statSync } from 'node:fs';
import { BuildError, hasCode, tryReadText } from '#base';
import { createUseLock } from '../../use-lock.ts';
import { openSharedDirectory, type SharedDirectory } from '../shared-directory.ts';
import { createTrust } from '../trust.ts';
import { forgetUser, registerUser, type SharedUser } from '../users.ts';
import { cleanNotes } from './clean-notes.ts';
import { findBuildouts, type KnownBuildouts } from './find-buildouts.ts';
import { findUsed } from './find-used.ts';
import { listEntries, textsIn, textsOf, type LeftEntry, type SharedEntry } from './list-entries.ts';
import { deleteTrashed, listTrash, moveToTrash, type TrashedEntry } from './trash.ts';
import { addSizes, treeSize, type TreeSize } from './tree-size.ts';

export interface SharedPruneOptions {
  root: string;
  /** Buildouts, or directories that hold some, absolute. */
  software: readonly string[];
  /** What was taken away so recently stays in `.trash`. */
  graceMilliseconds: number;
  /** Decide, and change nothing. */
  dryRun: boolean;
  trustedOwners: readonly number[];
}

export interface PrunedEntry {
  /** Below the root: `__eggs__/<egg>` or `<section>/<digest>`. */
  place: string;
  bytes: number;
}

export interface SharedPruneResult {
  root: string;
  /** The buildouts whose use counted. */
  buildouts: readonly string[];
  /** Registered, and gone: forgotten. */
  forgotten: readonly string[];
  /** How many entries are used. */
  used: number;
  /** Unused: moved to `.trash`. */
  moved: readonly PrunedEntry[];
  /** Deleted for good. */
  deleted: readonly PrunedEntry[];
  /** Neither used nor touched. */
  left: readonly LeftEntry[];
  /** What deleting gave back; files that an egg cache has too are not counted. */
  bytesFreed: number;
  /** What lies in `.trash` afterwards. */
  bytesInTrash: number;
}

/**
 * Fails with `SHARED_PRUNE_BUSY` while a run is at work there, `SHARED_PRUNE_BLIND` when no buildout is known,
 * `SHARED_PRUNE_RECORDS` when the records of one cannot be read, `SHARED_UNTRUSTED`, and `SHARED_PRUNE_ROOT` for a directory
 * that is not there or not this user's to change.
 */
export function pruneShared(options: SharedPruneOptions): SharedPruneResult {
  const shared = openSharedDirectory(options.root, createTrust(options.trustedOwners));
  if (shared === undefined) throw wrongRoot(`There is no directory ${options.root}`);
  if (!shared.isWritable && process.geteuid?.() !== 0) {
    throw wrongRoot(`${shared.path} cannot be written to by this user`);
  }
  const known = findBuildouts(shared.path, options.software);
  if (options.dryRun) return prune(shared, known, options);
  asOwner(shared.path, () => shared.makeLockFile(shared.layout.useLock));
  const result = createUseLock(shared.layout.useLock).tryAlone(() => prune(shared, known, options));
  if (result !== undefined) return result;
  throw new BuildError(
    'SHARED_PRUNE_BUSY',
    `A run is at work that uses ${shared.path}: nothing was taken away`,
    {
      hint: 'try again when it has ended',
    },
  );
}

function prune(
  shared: SharedDirectory,
  known: KnownBuildouts,
  options: SharedPruneOptions,
): SharedPruneResult {
  const { dryRun, graceMilliseconds } = options;
  const now = Date.now();
  const { entries, left } = listEntries(shared.path);
  const used = findUsed(entries, known.buildouts.flatMap(readBuildout), textsOf);
  const unused = entries.filter((entry) => !used.has(entry));
  const building = unused.filter((entry) => isPerhapsBuilding(entry, now));
  const free = unused.filter((entry) => !building.includes(entry));
  const taken = asOwner(shared.path, () => takeAway(shared, free, { now, dryRun }));
  const expired = listTrash(shared.path).filter(({ since }) => since <= now - graceMilliseconds);
  // A dry run has moved nothing that a real one without grace would delete at once.
  const deleted = dryRun && graceMilliseconds === 0 ? [...expired, ...taken.moved] : expired;
  const sized = deleted.map((entry) => ({ place: entry.place, ...treeSize(entry.path) }));
  const freed = dryRun ? [] : asOwner(shared.path, () => finish(shared, known, expired));
  return {
    root: shared.path,
    buildouts: known.buildouts.map(({ directory }) => directory),
    forgotten: known.gone.map(({ directory }) => directory),
    used: used.size,
    moved: taken.moved.map(({ place, bytes }) => ({ place, bytes })),
    deleted: sized.map(({ place, bytes }) => ({ place, bytes })),
    left: [
      ...left,
      ...building.map(({ path }) => ({ path, reason: 'is perhaps being built' })),
      ...taken.left,
    ],
    bytesFreed: addSizes([...sized, ...freed]).freed,
    bytesInTrash: addSizes(listTrash(shared.path).map(({ path }) => treeSize(path))).bytes,
  };
}

/** What a buildout says: its records and its scripts. */
function readBuildout({ directory, installed, bin }: SharedUser): string[] {
  try {
    const records = tryReadText(installed);
    return [...(records === undefined ? [] : [records]), ...textsIn(bin)];
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EISDIR', 'EIO', 'ESTALE')) throw error;
    throw new BuildError(
      'SHARED_PRUNE_RECORDS',
      `Nobody knows what ${directory} uses: ${(error as Error).message}`,
      {
        hint: 'prune as a user who may read it; when it is gone for good, delete its file in `.users` of the shared directory',
        where: { file: installed },
        cause: error,
      },
    );
  }
}

const day = 86_400_000;

/** Other programs build parts without our lock: a part without its marker is left for a day. */
function isPerhapsBuilding({ isComplete, modified }: SharedEntry, now: number): boolean {
  return !isComplete && modified > now - day;
}

interface Taken {
  moved: (TrashedEntry & { bytes: number })[];
  left: LeftEntry[];
}

function takeAway(
  shared: SharedDirectory,
  entries: readonly SharedEntry[],
  { now, dryRun }: { now: number; dryRun: boolean },
): Taken {
  const taken: Taken = { moved: [], left: [] };
  for (const { section, name, path } of entries) {
    const place = `${section}/${name}`;
    const { bytes } = treeSize(path);
    try {
      const target = dryRun ? path : shared.writing(() => moveToTrash(shared.path, place, now));
      taken.moved.push({ place, path: target, since: now, bytes });
    } catch (error) {
      if (!hasCode(error, 'EACCES', 'EPERM')) throw error;
      taken.left.push({ path, reason: 'belongs to somebody else' });
    }
  }
  return taken;
}

/** Deletes what had its time; who was named is known from now on, and who is gone is not any more. */
function finish(
  shared: SharedDirectory,
  { buildouts, gone }: KnownBuildouts,
  expired: readonly TrashedEntry[],
): TreeSize[] {
  for (const entry of expired) deleteTrashed(entry);
  for (const user of buildouts) registerUser(shared, user);
  for (const user of gone) forgetUser(shared.path, user);
  const trashed = new Set(listTrash(shared.path).map(({ place }) => place));
  const placeOf = (path: string): string =>
    path
      .slice(shared.path.length + 1)
      .split('/', 2)
      .join('/');
  return cleanNotes(shared.layout, (path) => existsSync(path) || trashed.has(placeOf(path)));
}

/** Root changes what is another user's as that user: it reaches nothing that they could not reach. */
function asOwner<T>(root: string, action: () => T): T {
  const { uid, gid } = statSync(root);
  if (process.geteuid?.() !== 0 || uid === 0) return action();
  const group = process.getegid?.() ?? 0;
  process.setegid?.(gid);
  process.seteuid?.(uid);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(group);
  }
}

function wrongRoot(message: string): BuildError {
  return new BuildError('SHARED_PRUNE_ROOT', message, {
    hint: 'name a directory of `shared-part-list` that is yours with --shared',
  });
}
