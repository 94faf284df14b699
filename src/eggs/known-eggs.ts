// What a run remembers of the eggs in an eggs directory for the next one, so that a run with nothing to do opens no
// egg: what each requires here, its extras, which metadata files it has. An entry counts only while the egg's METADATA
// is the very same file; it may be lost at any time.

import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { hasCode, writeFileAtomically } from '#base';
import type { MarkerEnvironment } from '#standards';

export interface KnownEgg {
  /** The metadata directory, relative to the egg. */
  directory: string;
  style: 'dist-info' | 'egg-info';
  /** Modification time, size and inode of METADATA or PKG-INFO. */
  stamp: string;
  /** What it requires without extras, markers applied. */
  requires: readonly string[];
  extras: readonly string[];
  /** The names in its metadata directory. */
  files: readonly string[];
}

export interface KnownEggs {
  /** What is known of an egg, if it is still the same. */
  find(eggName: string): KnownEgg | undefined;
  /** Remembers an egg that is in place; one whose metadata is elsewhere is not remembered. */
  note(eggName: string, facts: { requires: readonly string[]; extras: readonly string[] }): void;
  /** Writes what is new, for the next run. Failing to do so harms nothing. */
  save(): void;
}

const format = 1;

/** `file` keeps what is known of the eggs in `eggsDirectory`; markers were applied for `markers`. */
export function openKnownEggs(file: string, eggsDirectory: string, markers: MarkerEnvironment): KnownEggs {
  const environment = (): string => JSON.stringify([format, eggsDirectory, markers]);
  let read: Record<string, KnownEgg> | undefined;
  const eggs = (): Record<string, KnownEgg> => (read ??= readEggs(file, environment()));
  const checked = new Map<string, KnownEgg | undefined>();
  let changed = false;

  function find(eggName: string): KnownEgg | undefined {
    if (checked.has(eggName)) return checked.get(eggName);
    const egg = eggs()[eggName];
    const isSame = egg !== undefined && stampOf(join(eggsDirectory, eggName), egg) === egg.stamp;
    checked.set(eggName, isSame ? egg : undefined);
    return isSame ? egg : undefined;
  }

  return {
    find,
    note: (eggName, facts) => {
      if (find(eggName) !== undefined) return;
      const egg = examineEgg(join(eggsDirectory, eggName), eggName);
      if (egg === undefined) return;
      const noted = { ...egg, ...facts };
      eggs()[eggName] = noted;
      checked.set(eggName, noted);
      changed = true;
    },
    save: () => {
      if (!changed) return;
      changed = false;
      try {
        mkdirSync(dirname(file), { recursive: true });
        writeFileAtomically(file, JSON.stringify({ environment: environment(), eggs: eggs() }));
      } catch (error) {
        if (!hasCode(error, 'EACCES', 'EROFS', 'ENOSPC', 'EPERM', 'EDQUOT')) throw error;
      }
    },
  };
}

/** What can be told of an egg by looking at its metadata directory; `undefined` when that is not where it should be. */
export function examineEgg(
  location: string,
  eggName: string,
): Omit<KnownEgg, 'requires' | 'extras'> | undefined {
  const places = [
    { directory: eggName.replace(/\.egg$/i, '.dist-info'), style: 'dist-info' },
    { directory: 'EGG-INFO', style: 'egg-info' },
  ] as const;
  for (const place of places) {
    const stamp = stampOf(location, place);
    if (stamp !== undefined) return { ...place, stamp, files: readdirSync(join(location, place.directory)) };
  }
  return undefined;
}

function stampOf(location: string, egg: Pick<KnownEgg, 'directory' | 'style'>): string | undefined {
  const path = join(location, egg.directory, egg.style === 'dist-info' ? 'METADATA' : 'PKG-INFO');
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
}

function readEggs(file: string, environment: string): Record<string, KnownEgg> {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof content !== 'object' || content === null) return {};
    const isOurs = Reflect.get(content, 'environment') === environment;
    const eggs: unknown = Reflect.get(content, 'eggs');
    return isOurs && typeof eggs === 'object' && eggs !== null ? (eggs as Record<string, KnownEgg>) : {};
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return {};
    throw error;
  }
}
