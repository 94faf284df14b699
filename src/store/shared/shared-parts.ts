// Parts in shared directories, as slapos.recipe.build and slapos.recipe.cmmi lay them out: `<root>/<section>/<digest>`, with
// the options as marker. Our own recipes build theirs here; recipes in Python do it themselves, and we add what they have
// not: one builder at a time, and a look at whose files they would use.

import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, type Dirent } from 'node:fs';
import { dirname, join } from 'node:path';
import { acquireFileLock, BuildError, removeTree } from '#base';
import { markerName, markPart, writeMarker, type PartMarker } from './part-marker.ts';
import type { SharedDirectory } from './shared-directory.ts';
import { trustHint } from './trust.ts';

/** A part's place: `<root>/<section>/<digest>`. */
export interface SharedPart {
  readonly location: string;
  /** It has its marker: nobody builds it any more. */
  isComplete(): boolean;
  /** Fails with `SHARED_UNTRUSTED` when what is there belongs to a stranger or may be written by everybody. */
  assertTrusted(): void;
  /** The file whose lock its builder holds; `undefined` where nothing can be written. */
  lockFile(): string | undefined;
}

export interface BuildablePart extends SharedPart {
  /**
   * Has `build` fill the place unless it is complete: one builder at a time, what an interrupted one left is wiped, and
   * at the end everything is read-only. False: it was complete.
   */
  make(build: () => void | Promise<void>): Promise<boolean>;
}

export interface SharedParts {
  /**
   * Where a part with these options is, whole, else where it goes: in the first directory that can be written to.
   * `undefined`: nowhere.
   */
  locate(section: string, options: Readonly<Record<string, string>>): BuildablePart | undefined;
  /** The part at a location that a recipe chose by itself; `undefined` when that is in no shared directory. */
  at(location: string): SharedPart | undefined;
}

/** `roots`: the directories, each also under the name that the configuration has for it. */
export function createSharedParts(roots: readonly { root: string; shared: SharedDirectory }[]): SharedParts {
  return {
    locate: (section, options) => {
      const marker = markPart(options);
      const places = roots.map(({ shared }) => ({
        part: openPart(shared, `${shared.path}/${section}/${marker.digest}`),
        shared,
      }));
      const found =
        places.find(({ part }) => part.isComplete()) ?? places.find(({ shared }) => shared.isWritable);
      return found && buildable(found.part, found.shared, marker);
    },
    at: (location) => {
      for (const { root, shared } of roots) {
        const below = [root, shared.path].find((path) => location.startsWith(`${path}/`));
        if (below === undefined) continue;
        const [section = '', digest = '', more] = location.slice(below.length + 1).split('/');
        const isPlace = /^[0-9a-f]{32}$/.test(digest) && more === undefined && !section.startsWith('.');
        if (isPlace) return openPart(shared, `${shared.path}/${section}/${digest}`);
      }
      return undefined;
    },
  };
}

function openPart(shared: SharedDirectory, location: string): SharedPart {
  return {
    location,
    isComplete: () => existsSync(`${location}/${markerName}`),
    assertTrusted: () => {
      for (const path of [dirname(location), location]) {
        const reason = shared.whyUntrusted(path);
        if (reason === undefined) continue;
        throw new BuildError('SHARED_UNTRUSTED', `The shared part ${path} is not used: it ${reason}`, {
          hint: trustHint,
        });
      }
    },
    lockFile: () => {
      if (!shared.isWritable) return undefined;
      const path = shared.layout.lock(location.slice(shared.path.length + 1).replace('/', '-'));
      shared.makeLockFile(path);
      return path;
    },
  };
}

function buildable(part: SharedPart, shared: SharedDirectory, marker: PartMarker): BuildablePart {
  const { location } = part;
  return {
    ...part,
    make: async (build) => {
      part.assertTrusted();
      if (part.isComplete()) return false;
      const lockFile = part.lockFile();
      const lock = lockFile === undefined ? undefined : await acquireFileLock(lockFile);
      try {
        if (part.isComplete()) return false;
        removeTree(location);
        shared.makeDirectory(dirname(location));
        mkdirSync(location, { mode: 0o755 });
        await build();
        shared.writing(() => writeMarker(location, marker));
        makeReadOnly(location);
        return true;
      } finally {
        lock?.release();
      }
    },
  };
}

/** Takes everybody's right to write, from the leaves up; links stay as they are. */
function makeReadOnly(path: string): void {
  const entries: Dirent[] = readdirSync(path, { withFileTypes: true });
  for (const entry of entries) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) makeReadOnly(child);
    else if (!entry.isSymbolicLink()) chmodSync(child, lstatSync(child).mode & 0o555);
  }
  chmodSync(path, lstatSync(path).mode & 0o555);
}
