// `edit`: the files of one egg in the buildout's eggs directory become its own and writable: a hard link into the egg
// cache is replaced by a copy, so that an edit reaches neither the cache nor another buildout. An egg of a shared directory
// is copied into the eggs directory, which comes first.

import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { basename, join } from 'node:path';

import { BuildError, temporaryPathBeside } from '#base';
import { normalizePins } from '#resolver';
import { canonicalizeName } from '#standards';

import { createEggRun, type EggRun } from './egg-run.ts';
import type { EggSettings } from './eggs-contract.ts';
import { tryRealpath } from './find-distributions.ts';
import { openShelf } from './shelf.ts';

export interface EditableEgg {
  path: string;
  /** It was copied out of a shared directory: scripts name it after the next run. */
  isCopy: boolean;
}

/**
 * The egg's path; afterwards its files are private and writable. Times stay, so that its byte code counts until a file
 * is edited. Each file is replaced by rename: the egg works all the time.
 */
export function editEgg(
  settings: EggSettings,
  wanted: { project: string; version?: string | undefined },
): EditableEgg {
  const run = createEggRun({ ...settings });
  const found = findEgg(run, settings, wanted);
  const egg = copyShared(run, found);
  chmodSync(egg, 0o755);
  for (const entry of readdirSync(egg, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    else if (entry.isFile()) makePrivate(path);
  }
  return { path: egg, isCopy: egg !== found };
}

/** The egg's place in the eggs directory; what it has to be copied from has no other users afterwards. */
function copyShared(run: EggRun, egg: string): string {
  if (!run.isShared(egg)) return egg;
  const { eggsDirectory } = run.settings;
  const target = join(eggsDirectory, basename(egg));
  const temporary = temporaryPathBeside(target);
  mkdirSync(eggsDirectory, { recursive: true });
  try {
    cpSync(egg, temporary, { recursive: true, preserveTimestamps: true });
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return target;
}

function findEgg(
  run: EggRun,
  settings: EggSettings,
  { project, version }: { project: string; version?: string | undefined },
): string {
  const name = canonicalizeName(project);
  const request = { options: {}, destination: tryRealpath(settings.eggsDirectory), pins: settings.pins };
  const shelf = openShelf(run, request);
  const directories = shelf?.directories ?? [run.eggsDirectory(settings.eggsDirectory)];
  const all = directories.flatMap((directory) => directory.find(name));
  // Of two with the same name the first is used.
  const here = all.filter(
    ({ eggName }, position) => all.findIndex((other) => other.eggName === eggName) === position,
  );
  const pin = version ?? normalizePins(settings.pins).get(name);
  const fitting = here.filter(
    (dist) => dist.precedence === 'egg' && (version === undefined || dist.version === version),
  );
  const pinned = fitting.filter((dist) => dist.version === pin);
  const [egg, other] = pinned.length > 0 ? pinned : fitting;
  if (egg === undefined) {
    throw new BuildError(
      'EGG_NOT_INSTALLED',
      `There is no egg of \`${project}\` in ${settings.eggsDirectory}`,
      {
        hint: 'install it first; a develop egg is edited where its source is',
      },
    );
  }
  if (other !== undefined) {
    const versions = fitting.map((dist) => dist.version).join(', ');
    throw new BuildError('EGG_AMBIGUOUS', `There are several eggs of \`${project}\`: ${versions}`, {
      hint: `say which one: \`edit ${project}==${other.version}\``,
    });
  }
  return egg.location;
}

function makePrivate(path: string): void {
  const status = statSync(path);
  const mode = (status.mode & 0o777) | 0o200;
  if (status.nlink > 1) {
    const copy = temporaryPathBeside(path);
    try {
      copyFileSync(path, copy);
      utimesSync(copy, status.atimeMs / 1000, status.mtimeMs / 1000);
      chmodSync(copy, mode);
      renameSync(copy, path);
    } finally {
      rmSync(copy, { force: true });
    }
  } else if ((status.mode & 0o777) !== mode) chmodSync(path, mode);
}
