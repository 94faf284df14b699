// The download cache of a release: filled as the last release of the same inputs was, else by installing in a copy.

import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Assignment, Configuration } from '#config';
import type { BuildoutOptions } from '#parts';
import type { EggCache } from '#store';
import {
  assignmentsFor,
  checkSettings,
  collectDistributions,
  collecting,
  type Collection,
} from './collect-distributions.ts';
import { rememberRelease } from './remembered-release.ts';

export interface Filling {
  /** Where files are kept for the next release. */
  eggCache: EggCache | undefined;
  /** Reads the configuration in a directory, with more assignments than the user's own. */
  readIn: (directory: string, more: readonly Assignment[]) => Promise<BuildoutOptions>;
  /** Told what was read, before anything is installed. */
  onRead: (configuration: Configuration) => void;
}

/** Puts all that installing needs into `collection.cache`. Fails as a run does. */
export async function fillCache(collection: Collection, filling: Filling): Promise<void> {
  const before = process.cwd();
  try {
    await fill(collection, filling);
  } finally {
    // Reading and running go to the buildout's directory, which is about to be removed.
    process.chdir(before);
  }
}

async function fill(collection: Collection, { eggCache, readIn, onRead }: Filling): Promise<void> {
  const { build, cache, project, extended } = collection;
  mkdirSync(join(cache, 'dist'), { recursive: true });
  project.copyTo(build);
  const kept = eggCache === undefined ? '' : join(eggCache.directory, 'downloads');
  const own = assignmentsFor(collection);
  const settings = collecting(collection, await readIn(build, own), kept);
  onRead(settings.configuration);
  await checkSettings(collection, settings);
  const passing = [build, cache, ...(extended === '' ? [] : [extended])];
  const remembered =
    eggCache && rememberRelease({ members: project.members(''), settings, passing }, eggCache);
  if ((await remembered?.recall(cache)) !== true) {
    const noParts = { section: 'buildout', option: 'parts', value: '' };
    await collectDistributions(collection, settings, async () =>
      collecting(collection, await readIn(build, [...own, noParts]), kept),
    );
    if (remembered !== undefined) {
      // What the run left there would be part of the answer.
      rmSync(build, { recursive: true, force: true });
      project.copyTo(build);
      await remembered.remember(cache);
    }
  }
  if (extended !== '') cpSync(extended, join(cache, 'extends'), { recursive: true });
}
