// An egg that came from the egg cache, as a remembered decision keeps it: found by a record and a request that must
// still be the same files, so that the next empty buildout gets it without either being read.

import { BuildError, pythonRepr } from '#base';
import { requirementText } from '#resolver';
import { parseRequirement, type Requirement } from '#standards';
import type { CachedEgg, EggCache, Keepsake } from '#store';

import { describeEggAt, hasPkgResourcesNamespaces } from './create-distribution-source.ts';
import { findCached, importedKey, requestKeys, type WantedFile } from './egg-request.ts';
import type { EggRun } from './egg-run.ts';
import type { WorkshopEgg } from './egg-workshop.ts';
import type { Distribution } from './eggs-contract.ts';
import { supplyOptions } from './installation.ts';
import { placesOf, type SourceRequest } from './source-request.ts';
import { makeEgg } from './make-egg.ts';
import { createRecordedCandidates } from './recorded-candidates.ts';
import type { Shelf } from './shelf.ts';
import { pinnedVersion, type EggCandidate } from './usable-candidates.ts';

export interface RememberedArrival {
  requirement: string;
  location: string;
  file: Required<WantedFile>;
  release: { indexUrl: string; project: string; version: string };
  /** The keys that are looked for, in order; none for sources, whose keys are worked out anew. */
  requests: readonly string[];
  /** Of the record and of each request. */
  stamps: readonly string[];
  egg: Keepsake;
}

export interface Arrival {
  candidate: EggCandidate;
  requirement: Requirement;
  egg: WorkshopEgg;
}

/** `undefined` unless a record named the file and the egg cache had its egg. */
export async function tryKeepArrival(
  { candidate, requirement, egg }: Arrival,
  run: EggRun,
  request: SourceRequest,
): Promise<RememberedArrival | undefined> {
  const { kind, hashes, location, project, version } = candidate.file;
  const sha256 = hashes['sha256'];
  const cache = run.cache();
  const cached = egg.directory === undefined ? await egg.finished() : undefined;
  if (cache === undefined || cached === undefined || sha256 === undefined) return undefined;
  const places = placesOf(run, request.options);
  if (places.links.length > 0 || run.fetcher().keepsFiles) return undefined;
  const recorded = createRecordedCandidates(cache.records, places.indexUrl).find(requirement);
  if (recorded?.some((file) => file.location === location) !== true) return undefined;
  const file = { kind, sha256, project, version };
  const { indexUrl } = places;
  const release = { indexUrl, project: requirement.name, version: pinnedVersion(requirement) ?? '' };
  const requests = await requestsFor(file, run, request);
  const stamps = stampsOf({ release, requests }, cache);
  const text = requirementText(requirement);
  return { requirement: text, location, file, release, requests, stamps, egg: cache.keep(cached) };
}

/** The egg, ready to be placed, if it would be found again; nothing is done with it yet. */
export async function tryReopenArrival(
  kept: RememberedArrival,
  run: EggRun,
  request: SourceRequest,
): Promise<WorkshopEgg | undefined> {
  const cache = run.cache();
  if (cache === undefined) return undefined;
  const stamps = stampsOf(kept, cache);
  if (stamps.some((stamp, position) => stamp !== kept.stamps[position])) return undefined;
  const cached = await reopen(kept, cache, run.request(request.pins));
  return cached && run.workshop.fromCache(cached, () => remake(kept, run, request));
}

/** Has it placed; from now on it counts as installed. */
export async function receiveArrival(
  kept: RememberedArrival,
  egg: WorkshopEgg,
  { run, shelf }: { run: EggRun; shelf: Shelf },
): Promise<Distribution> {
  const target = await shelf.targetOf(egg);
  const dist = describeEggAt(egg, target.path, run.settings.python);
  run.workshop.place(egg, target, `Getting distribution for ${pythonRepr(kept.requirement)}.`);
  run.obtained.add(dist, hasPkgResourcesNamespaces(egg), egg);
  run.undisturbed.set(target.path, dist);
  return dist;
}

/** What was built from source depends on more than files: it is looked for as always. */
async function reopen(
  { file, egg }: RememberedArrival,
  cache: EggCache,
  context: ReturnType<EggRun['request']>,
): Promise<CachedEgg | undefined> {
  if (file.kind !== 'sdist') return cache.reopen(egg);
  const found = await findCached(cache, file, context);
  return found?.manifest.buildKey === egg.manifest.buildKey ? found : undefined;
}

async function requestsFor(
  file: Required<WantedFile>,
  run: EggRun,
  { pins }: SourceRequest,
): Promise<readonly string[]> {
  if (file.kind === 'sdist') return [];
  const { everywhere } = await requestKeys(file.kind, file.sha256, run.request(pins));
  return [everywhere, importedKey(file, run.settings.python)];
}

function stampsOf(
  { release, requests }: Pick<RememberedArrival, 'release' | 'requests'>,
  cache: EggCache,
): string[] {
  return [cache.recordStamp(release), ...requests.map((key) => cache.requestStamp(key))];
}

/** Its entry turned out damaged: it is fetched again, from where the record says. */
async function remake(kept: RememberedArrival, run: EggRun, request: SourceRequest): Promise<WorkshopEgg> {
  const places = placesOf(run, request.options);
  const cache = run.cache();
  const recorded = cache && createRecordedCandidates(cache.records, places.indexUrl);
  const files = recorded?.find(parseRequirement(kept.requirement)) ?? [];
  const candidate = files.find(({ location }) => location === kept.location);
  if (candidate === undefined) {
    const text = `The egg cache has a damaged egg for ${kept.requirement}`;
    throw new BuildError('EGG_CACHE_DAMAGED', text, { hint: 'run again' });
  }
  const file = await run.fetcher().fetch(candidate, run.index(places));
  return makeEgg(candidate, file, supplyOptions(run, places, request.pins));
}
