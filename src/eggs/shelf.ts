// Where the eggs of one installation lie and go: its shelf. That is the eggs directory, and where a buildout shares eggs,
// shared directories behind it. Every egg has one place on a shelf, and whoever installs need not know which kind.

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { normalizePins } from '#resolver';
import { parseEggFilename } from '#standards';
import { buildKeyOf, indexHash, type SharedDirectories, type SharedPlace } from '#store';

import { hasSamePins } from './egg-request.ts';
import type { EggRun } from './egg-run.ts';
import type { EggTarget, WorkshopEgg } from './egg-workshop.ts';
import type { EggsDirectory } from './eggs-directory.ts';
import { tryRealpath } from './find-distributions.ts';
import { placesOf, type SourceRequest } from './source-request.ts';

export interface Shelf {
  /** Best first: an egg hides its namesakes in the directories that follow. */
  readonly directories: readonly EggsDirectory[];
  /** Where the egg goes, or lies already. */
  targetOf(egg: WorkshopEgg): Promise<EggTarget>;
  /** Where an egg of this name would go if it were new, for plans. */
  placeOf: (eggName: string) => string;
}

/** A directory that has all its eggs in itself. */
export function openPlainShelf(directory: EggsDirectory): Shelf {
  const placeOf = (eggName: string): string => join(directory.path, eggName);
  return {
    directories: [directory],
    targetOf: (egg) => Promise.resolve({ path: placeOf(egg.facts.eggName) }),
    placeOf,
  };
}

/**
 * The shelf of an installation: its destination, or, when nothing may be installed, the eggs directory if that is on the
 * path. `undefined` when it has none.
 */
export function openShelf(run: EggRun, request: SourceRequest): Shelf | undefined {
  const { settings } = run;
  const main = tryRealpath(settings.eggsDirectory) ?? settings.eggsDirectory;
  const directory = request.destination ?? (isListed(run, request) ? main : undefined);
  if (directory === undefined) return undefined;
  const own = openPlainShelf(run.eggsDirectory(directory));
  const shared = request.options.shares === false || directory !== main ? undefined : run.shared();
  return shared === undefined ? own : withShared(own, shared, { run, request });
}

/** Whether the eggs directory is among the entries of the path. */
function isListed({ settings }: EggRun, { options }: SourceRequest): boolean {
  const main = tryRealpath(settings.eggsDirectory);
  const path = options.path ?? (settings.offline ? [settings.eggsDirectory] : []);
  return main !== undefined && path.some((entry) => tryRealpath(entry) === main);
}

interface Context {
  run: EggRun;
  request: SourceRequest;
}

function withShared(own: Shelf, shared: SharedDirectories, context: Context): Shelf {
  const { run, request } = context;
  // A run with nothing to do needs no hash, and none of the code that makes one.
  let hash: string | undefined;
  const index = (): string => (hash ??= indexHash(placesOf(run, request.options).indexUrl));
  const isCopying = run.settings.shared?.eggs === 'copy';
  const accepts = createJudge(shared, index, context);
  let others: EggsDirectory[] | undefined;

  async function sharedPlace(egg: WorkshopEgg): Promise<ReturnType<SharedDirectories['placeFor']>> {
    const buildKey = await identify(egg);
    const { eggName, project } = egg.facts;
    return buildKey === undefined
      ? undefined
      : shared.placeFor({ buildKey, eggName, project }, { index: index() });
  }

  return {
    get directories() {
      if (isCopying) return own.directories;
      others ??= shared.directories().map((path) => onlyAccepted(run.eggsDirectory(path), accepts));
      return [...own.directories, ...others];
    },
    placeOf: (eggName) => (isCopying ? undefined : shared.placeByName(eggName)) ?? own.placeOf(eggName),
    targetOf: async (egg) => {
      const place = await sharedPlace(egg);
      const plain = await own.targetOf(egg);
      tellWhere(egg.facts.eggName, place, run);
      if (place === undefined) return plain;
      if (!isCopying) return { path: place.path, put: (cached) => place.put(cached) };
      return {
        path: plain.path,
        put: (cached) => {
          const result = place.put(cached);
          if (result.outcome === 'damaged') return result;
          return run.cache()?.place(cached, plain.path) ?? result;
        },
      };
    },
  };
}

/** What was there before and is not any more is told by name; what cannot be shared, once. */
export function tellWhere(
  eggName: string,
  place: SharedPlace | undefined,
  { notes, settings, shared }: EggRun,
): void {
  const name = place === undefined ? eggName : basename(place.entry);
  if (place?.isThere !== true && notes.isExpected(name)) {
    const where =
      place === undefined
        ? 'the eggs directory, since no shared directory can be written to'
        : dirname(place.path);
    const text = `Shared egg ${eggName} is missing; it is put into ${where} again.`;
    settings.report({ type: 'log', level: 'warning', text });
  }
  if (place?.isThere !== true) shared()?.tellUnwritable(settings.eggsDirectory);
}

/** The build key: known at once unless the build itself is part of it. */
async function identify(egg: WorkshopEgg): Promise<string | undefined> {
  const [key] = egg.requestKeys;
  if (egg.directory === undefined || egg.facts.used !== undefined) {
    return (await egg.finished())?.manifest.buildKey;
  }
  return key === undefined ? undefined : buildKeyOf(key);
}

/**
 * Whether an egg may be taken by its name: it was built with the pins that there are now, and this installation's index is
 * known to offer it. Any other is found by the hash of its file. When nothing may be installed, what is here has to do,
 * unless the right one is kept apart.
 */
function createJudge(
  shared: SharedDirectories,
  index: () => string,
  { run, request }: Context,
): (location: string) => boolean {
  const context = run.request(normalizePins(request.pins));
  const isOurs = (location: string): boolean => {
    const note = shared.noteOf(location);
    if (note === undefined || note === 'foreign') return note !== undefined;
    const { manifest, indexes } = note;
    const isOffered = indexes.includes(index()) && hasSamePins(manifest, context);
    return isOffered && shared.missingLibraries(manifest).length === 0;
  };
  if (request.destination !== undefined) return isOurs;
  return (location) => {
    if (isOurs(location)) return true;
    const others = shared.directories().map((directory) => join(directory, basename(location)));
    const hasBetter = others.some((other) => other !== location && existsSync(other) && isOurs(other));
    return !hasBetter && shared.noteOf(location) !== undefined;
  };
}

/** Only eggs whose names say what they are: any other could be of every project. */
function onlyAccepted(directory: EggsDirectory, accepts: (location: string) => boolean): EggsDirectory {
  const known = new Map<string, boolean>();
  const isAccepted = (location: string): boolean => {
    const answer = known.get(location) ?? accepts(location);
    known.set(location, answer);
    return answer;
  };
  return {
    ...directory,
    find: (project) =>
      directory
        .find(project)
        .filter(
          ({ eggName = '', location }) => parseEggFilename(eggName) !== undefined && isAccepted(location),
        ),
  };
}
