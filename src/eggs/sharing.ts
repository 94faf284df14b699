// What a buildout uses of shared directories: its records must name it, so that a prune keeps it, and what is gone is told
// by name.

import type { EggRun } from './egg-run.ts';
import type { SharedUse, Sharing, WorkingSet } from './eggs-contract.ts';

/** The notes of one run. */
export interface SharingNotes {
  /** Notes that a working set was handed out. */
  use(workingSet: WorkingSet): void;
  /** Notes that `zc.recipe.egg:custom` has its egg at this entry. */
  build(entry: string): void;
  /** Whether the records of an earlier run name this entry. */
  isExpected(name: string): boolean;
  expected(): readonly string[];
  take(): SharedUse;
  expect(names: readonly string[]): void;
}

export function createSharingNotes(entryOf: (location: string) => string | undefined): SharingNotes {
  const expected = new Set<string>();
  let used = new Set<string>();
  let built: string | undefined;
  return {
    use: (workingSet) => {
      for (const { location } of workingSet) {
        const entry = entryOf(location);
        if (entry !== undefined) used.add(baseName(entry));
      }
    },
    build: (entry) => {
      built = entry;
    },
    isExpected: (name) => expected.has(name),
    expected: () => [...expected],
    take: () => {
      const taken = { entries: [...used].sort(), ...(built === undefined ? {} : { built }) };
      used = new Set();
      built = undefined;
      return taken;
    },
    expect: (names) => {
      for (const name of names) expected.add(name);
    },
  };
}

/** The notes as other rooms see them. */
export function createSharing(run: EggRun): Sharing {
  return {
    isOn: () => run.settings.shared !== undefined,
    take: () => run.notes.take(),
    expect: (names) => {
      run.notes.expect(names);
      const shared = run.shared();
      shared?.hold();
      shared?.restore(names);
    },
    use: (workingSet) => run.notes.use(workingSet),
    parts: () => run.shared()?.parts,
    register: (user) => {
      for (const root of run.shared()?.register(user) ?? []) {
        const text = `Shared directory ${root} does not know this buildout: whoever prunes it has to name ${user.directory} with --software.`;
        run.settings.report({ type: 'log', level: 'info', text });
      }
    },
  };
}

/** Names what is gone from shared directories, when an installation failed: it may be the reason. */
export function warnOfGone(run: EggRun): void {
  const gone = run.shared()?.missingEggs(run.notes.expected()) ?? [];
  if (gone.length === 0) return;
  const text = `Gone from the shared directories: ${gone.join(', ')}`;
  run.settings.report({ type: 'log', level: 'warning', text });
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
