// Eggs of sources out of the cache that machines share, and into it. The source is here: what it declares to be built
// with decides under which key its egg is asked for.

import { join } from 'node:path';

import { BuildError } from '#base';
import { readDeclaredRequirements } from '#build';
import type { Candidate } from '#index';
import type { PythonDescription } from '#python';
import type { CachedEgg, EggCache, EggFacts, Json, RemoteCache } from '#store';

import { declaredNames } from './declared-names.ts';
import {
  filingKeys,
  findCached,
  pinsOn,
  requestKeys,
  type RequestContext,
  type RequestKeys,
} from './egg-request.ts';
import type { Workshop, WorkshopEgg } from './egg-workshop.ts';
import type { FetchedFile } from './fetch-file.ts';

export interface RemoteEggOptions {
  cache: EggCache | undefined;
  workshop: Workshop;
  python: PythonDescription;
  request: RequestContext;
  /** The cache that machines share; `undefined`: there is none. */
  remote?: (() => Promise<RemoteCache | undefined>) | undefined;
  /** What a build requires is collected, so it is built here. */
  collects?: boolean | undefined;
}

interface Source extends Pick<Candidate, 'kind' | 'filename' | 'project'> {
  /** Makes the egg when the fetched one turns out damaged. */
  remake: () => Promise<WorkshopEgg>;
}

/** The egg that another machine built of this source, checked and in the egg cache; `undefined`: it has to be built. */
export async function tryRemoteEgg(
  source: Source,
  file: FetchedFile,
  options: RemoteEggOptions,
): Promise<WorkshopEgg | undefined> {
  const { cache, workshop, collects = false } = options;
  if (collects || cache === undefined || file.sha256 === '' || source.kind !== 'sdist') return undefined;
  const remote = await options.remote?.();
  if (remote === undefined || !remote.hasTrust) return undefined;
  const scratch = workshop.workDirectory();
  const declared = await tryReadDeclared(file.path, join(scratch, 'declared'), options.python);
  if (declared === undefined) return undefined;
  const keys = await requestKeys(source.kind, file.sha256, options.request);
  // Not the lock of a build: whoever holds that may wait for other builds, and here nobody waits for anything but the
  // server.
  const lock = await cache.lock(`${keys.here ?? keys.everywhere}-remote`);
  try {
    const wanted = { kind: source.kind, sha256: file.sha256 };
    const found = await findCached(cache, wanted, options.request);
    if (found !== undefined) return workshop.fromCache(found, source.remake);
    return await fetchInto(scratch, { source, keys, declared, remote, cache, options });
  } finally {
    lock.release();
  }
}

/** Has an egg stored for others that was built here, once it is finished; storing goes on in the background. */
export async function offerEgg(egg: WorkshopEgg, { remote }: RemoteEggOptions): Promise<void> {
  const cached = await egg.finished();
  if (cached !== undefined) (await remote?.())?.offerEgg(cached);
}

interface Fetching {
  source: Source;
  keys: RequestKeys;
  declared: readonly string[];
  remote: RemoteCache;
  cache: EggCache;
  options: RemoteEggOptions;
}

async function fetchInto(
  directory: string,
  { source, keys, declared, remote, cache, options }: Fetching,
): Promise<WorkshopEgg | undefined> {
  const { request, workshop } = options;
  const fetched = await remote.fetchEgg(
    {
      project: source.project,
      file: source.filename,
      requestKeys: [keys.everywhere, ...(keys.here === undefined ? [] : [keys.here])],
      declaredPins: pinsOn(declared, request),
      pinsOn: (names) => pinsOn(names, request),
      missingLibraries: (manifest) => cache.missingLibraries(manifest),
    },
    directory,
  );
  if (fetched === undefined) return undefined;
  const { tree, manifest, requestKey, signer } = fetched;
  const facts = factsOf(manifest, signer);
  const stored = cache.store(filingKeys(keys, requestKey === keys.everywhere), tree, facts);
  if (stored !== undefined) return workshop.fromCache(stored, source.remake);
  // A cache that cannot be written to: the egg is placed from where it is.
  return workshop.adopt(tree, facts, []);
}

/** What is kept of the builder's manifest; the rest is found out here. */
function factsOf(manifest: CachedEgg['manifest'], signer: string): EggFacts {
  const { eggName, project, version, metadata, used, request, origin } = manifest;
  const kept: Readonly<Record<string, Json>> = isObject(origin) ? origin : {};
  return {
    eggName,
    project,
    version,
    metadata,
    ...(used === undefined ? {} : { used }),
    ...(request === undefined ? {} : { request }),
    origin: { ...kept, signer },
  };
}

function isObject(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `undefined` for a source that cannot be built anyway; its build will say why. */
async function tryReadDeclared(
  path: string,
  scratch: string,
  python: PythonDescription,
): Promise<readonly string[] | undefined> {
  try {
    return declaredNames(await readDeclaredRequirements(path, scratch), python);
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}
