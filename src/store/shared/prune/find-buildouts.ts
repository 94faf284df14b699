// The buildouts whose use of a shared directory counts: those that are named, and those that registered themselves.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError, hasCode } from '#base';
import { readUsers, type SharedUser } from '../users.ts';

export interface KnownBuildouts {
  buildouts: readonly SharedUser[];
  /** Registered, and not there any more. */
  gone: readonly SharedUser[];
}

/**
 * `software`: directories of buildouts, or directories that hold some (SlapOS's software root). Fails with
 * `SHARED_PRUNE_SOFTWARE` when one of them has no buildout, and with `SHARED_PRUNE_BLIND` when there is none at all.
 */
export function findBuildouts(root: string, software: readonly string[]): KnownBuildouts {
  const named = software.flatMap((directory) => buildoutsIn(directory));
  const registered = readUsers(root);
  const gone = registered.filter(({ directory }) => !isDirectory(directory));
  const byDirectory = new Map([...registered, ...named].map((user) => [user.directory, user]));
  for (const { directory } of gone) byDirectory.delete(directory);
  if (byDirectory.size === 0 && gone.length === 0) {
    throw new BuildError('SHARED_PRUNE_BLIND', `Nothing is known that uses ${root}, so all of it would go`, {
      hint: 'name the buildouts, or the directory that holds them, with --software; a directory that nobody uses any more is deleted with rm',
    });
  }
  const buildouts = [...byDirectory.values()].sort((a, b) => (a.directory < b.directory ? -1 : 1));
  return { buildouts, gone };
}

function buildoutsIn(directory: string): SharedUser[] {
  const candidates = [directory, ...namesIn(directory).map((name) => join(directory, name))];
  const found = candidates.filter((path) => isFile(join(path, '.installed.cfg')));
  if (found.length === 0) {
    throw new BuildError('SHARED_PRUNE_SOFTWARE', `There is no buildout in ${directory}`, {
      hint: 'a buildout has `.installed.cfg`; name its directory, or the one that holds buildouts',
    });
  }
  return found.map((path) => ({
    directory: path,
    installed: join(path, '.installed.cfg'),
    bin: join(path, 'bin'),
  }));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) throw error;
    throw new BuildError('SHARED_PRUNE_SOFTWARE', `Cannot read ${directory}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function isDirectory(path: string): boolean {
  return tryKind(path) === 'directory';
}

function isFile(path: string): boolean {
  return tryKind(path) === 'file';
}

/** What cannot be looked at counts as there: somebody who may has to prune. */
function tryKind(path: string): 'directory' | 'file' | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isDirectory() === true ? 'directory' : stats?.isFile() === true ? 'file' : undefined;
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM')) return 'directory';
    if (hasCode(error, 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}
