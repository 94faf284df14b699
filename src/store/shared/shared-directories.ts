// All shared directories of a buildout, in its order of preference: the first that has an egg or a part gives it, else the
// first that may be written to gets it.

import { basename } from 'node:path';
import type { Environment, Report } from '#base';
import type { LinkChoice } from '../place-tree.ts';
import { createUseLock, type UseLock } from '../use-lock.ts';
import { openEggShelf, type EggShelf } from './egg-shelf.ts';
import { restoreTrashed } from './prune/trash.ts';
import { openSharedDirectory } from './shared-directory.ts';
import { createSharedEggs, type SharedEggs } from './shared-eggs.ts';
import { createSharedParts, type SharedParts } from './shared-parts.ts';
import { createTrust, trustHint } from './trust.ts';
import { registerUser, type SharedUser } from './users.ts';

export interface SharedDirectoriesOptions {
  /** In order of preference; those that are not there are passed over, none is ever made. */
  roots: readonly string[];
  trustedOwners: readonly number[];
  link: LinkChoice;
  environment: Environment;
  report: Report;
}

/** A prune reads the records of all buildouts before it moves anything. */
const pruneMilliseconds = 60_000;

export interface SharedDirectories extends SharedEggs {
  /** The roots that are there, without links. */
  readonly roots: readonly string[];
  readonly parts: SharedParts;
  /** Notes that this buildout uses them; gives those that do not know it, since nothing can be written there. */
  register(user: SharedUser): readonly string[];
  /** From now on no prune takes away what this run may use. */
  hold(): void;
  /** Puts back what a prune took away of these entries, and says so. */
  restore(names: readonly string[]): void;
}

/** Opens them; fails with `SHARED_UNTRUSTED` when one belongs to a stranger or may be written by everybody. */
export function openSharedDirectories(options: SharedDirectoriesOptions): SharedDirectories {
  const { roots, link, environment, report } = options;
  const trust = createTrust(options.trustedOwners);
  const refuse = (entry: string, reason: string): void => {
    report({ type: 'log', level: 'warning', text: `Shared egg ${entry} is not used: it ${reason}.` });
    report({ type: 'hint', text: trustHint });
  };
  const opened = roots.flatMap((root) => {
    const shared = openSharedDirectory(root, trust);
    return shared === undefined ? [] : [{ root, shared }];
  });
  const shelves = opened.map(({ shared }) => openEggShelf(shared, { link, environment, refuse }));
  const locks = shelves.map(({ shared }) => createUseLock(shared.layout.useLock, pruneMilliseconds));
  return {
    ...createSharedEggs({ roots, shelves, report }),
    roots: shelves.map(({ shared }) => shared.path),
    parts: createSharedParts(opened),
    register: (user) =>
      shelves.filter(({ shared }) => !registerUser(shared, user)).map(({ shared }) => shared.path),
    hold: () => holdAll(shelves, locks),
    restore: (names) => {
      const wanted = new Set(names);
      for (const { shared } of shelves.filter((shelf) => shelf.shared.isWritable)) {
        const places = restoreTrashed(shared.path, (place) => wanted.has(basename(place)));
        if (places.length === 0) continue;
        const text = `Put back what was pruned from ${shared.path}: ${places.join(', ')}.`;
        report({ type: 'log', level: 'warning', text });
      }
    },
  };
}

function holdAll(shelves: readonly EggShelf[], locks: readonly UseLock[]): void {
  for (const [position, { shared }] of shelves.entries()) {
    if (shared.isWritable) shared.makeLockFile(shared.layout.useLock);
    locks[position]?.hold();
  }
}
