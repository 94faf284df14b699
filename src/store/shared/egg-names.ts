// Which build has which name in a shared directory: one small file for each egg, made by a link that only one process can
// make, so that two builds of one version never meet under one name. It also says for which indexes the egg is known to be
// what they offer.

import { linkSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hasCode, tryReadText, writeFileAtomically } from '#base';
import type { SharedDirectory } from './shared-directory.ts';

/** What is known of one egg. */
export interface EggName {
  buildKey: string;
  /** Indexes by hash: an installation with one of these may take the egg by its name. */
  indexes: readonly string[];
  /** For an egg that is kept apart: the directories it lies in, `<section>/<digest>`. */
  place?: string;
}

export interface EggNames {
  /** `undefined`: nobody has the name. */
  read(key: string): EggName | undefined;
  /** The name as it is afterwards: whoever comes first has it. */
  claim(key: string, name: EggName): EggName;
  /** Adds an index to a name. Two at once may lose one: it is added again when it is asked for again. */
  addIndex(key: string, index: string): void;
  /** All that are kept apart, with their keys. */
  apart(): readonly (EggName & { key: string; eggName: string; place: string })[];
}

/** The key of an egg in `__eggs__` is its name; of one kept apart, its name and the directory it lies in. */
export function apartKey(eggName: string, digest: string): string {
  return `${eggName}@${digest}`;
}

export function createEggNames(shared: SharedDirectory): EggNames {
  const { layout } = shared;
  const directory = `${layout.directory}/names`;
  const pathOf = (key: string): string => `${directory}/${key}.json`;

  function read(key: string): EggName | undefined {
    const path = pathOf(key);
    const text = tryReadText(path, 'EACCES');
    if (text === undefined || shared.whyUntrusted(path) !== undefined) return undefined;
    return tryParse(text);
  }

  return {
    read,
    claim: (key, name) => {
      const known = read(key);
      if (known !== undefined) return known;
      const text = JSON.stringify(name);
      const path = pathOf(key);
      shared.makeDirectory(directory);
      if (publishFirst(path, text, shared)) return name;
      // One that cannot be read is nobody's: a program was killed on a file system without links.
      return read(key) ?? overwrite(path, text, name);
    },
    addIndex: (key, index) => {
      const known = read(key);
      if (known === undefined || known.indexes.includes(index)) return;
      writeFileAtomically(pathOf(key), JSON.stringify({ ...known, indexes: [...known.indexes, index] }), {
        mode: 0o644,
      });
    },
    apart: () =>
      namesIn(directory).flatMap((file) => {
        const key = file.replace(/\.json$/, '');
        const [eggName = '', digest] = key.split('@');
        const name = digest === undefined ? undefined : read(key);
        return name?.place === undefined ? [] : [{ ...name, key, eggName, place: name.place }];
      }),
  };
}

/** Whether the file is this process's; false: somebody was faster. */
function publishFirst(path: string, text: string, shared: SharedDirectory): boolean {
  const temporary = shared.layout.temporaryPath('name');
  try {
    shared.makeDirectory(shared.layout.temporary);
    writeFileSync(temporary, text, { mode: 0o644 });
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    return writeFirst(path, text);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Where files have one name only. */
function writeFirst(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o644 });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function overwrite(path: string, text: string, name: EggName): EggName {
  writeFileAtomically(path, text, { mode: 0o644 });
  return name;
}

function tryParse(text: string): EggName | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isEggName(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isEggName(value: unknown): value is EggName {
  if (typeof value !== 'object' || value === null) return false;
  const { buildKey, indexes, place } = value as Partial<Record<keyof EggName, unknown>>;
  const isPlace =
    place === undefined || (typeof place === 'string' && /^[^./][^/]*\/[0-9a-f]{32}$/.test(place));
  return typeof buildKey === 'string' && Array.isArray(indexes) && isPlace;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}
