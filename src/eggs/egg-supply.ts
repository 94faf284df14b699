// From a candidate to an egg: out of the egg cache by hash, else fetched and unpacked or built. What a candidate
// requires is known before its egg is made, so that the resolver can look further ahead.

import { createLimiter } from '#base';
import { readWheelMetadata } from '#build';
import type { Candidate, Index } from '#index';

import { findCached } from './egg-request.ts';
import type { WorkshopEgg } from './egg-workshop.ts';
import { findUsable } from './find-usable.ts';
import { knownHash, type FetchedFile, type FileFetcher } from './fetch-file.ts';
import { holdLines, type HeldLines } from './held-console.ts';
import { makeEgg, type EggMakerOptions } from './make-egg.ts';

export interface EggSupply {
  /** The METADATA of a wheel, as soon as its file is here; `undefined`: the egg itself must tell. */
  metadataText(candidate: Candidate, index: Index): Promise<string | undefined>;
  /** The egg, its files on this machine; finishing touches go on. `ahead`: console lines wait for a later call. */
  egg(candidate: Candidate, index: Index, ahead?: 'ahead'): Promise<WorkshopEgg>;
  /** Whether no network is needed for it. */
  isCached(candidate: Candidate): Promise<boolean>;
}

export interface EggSupplyOptions extends EggMakerOptions {
  fetcher: FileFetcher;
}

interface Preparation {
  lines: HeldLines;
  source: Promise<{ cached: WorkshopEgg } | { file: FetchedFile }>;
  egg: Promise<WorkshopEgg>;
}

export function createEggSupply(options: EggSupplyOptions): EggSupply {
  const { cache } = options;
  const preparations = new Map<string, Preparation>();

  function prepare(candidate: Candidate, index: Index): Preparation {
    const key = candidate.location;
    const known = preparations.get(key);
    if (known !== undefined) return known;
    const lines = holdLines(options.report);
    const source = lines.collect(() => findSource(candidate, index, options));
    const egg = lines.collect(() =>
      source.then((found) => ('cached' in found ? found.cached : makeEgg(candidate, found.file, options))),
    );
    // Whoever wants the egg hears of its failure.
    egg.catch(() => undefined);
    const preparation = { source, egg, lines };
    preparations.set(key, preparation);
    return preparation;
  }

  return {
    metadataText: async (candidate, index) => {
      const { source } = prepare(candidate, index);
      const found = await source;
      if (candidate.kind !== 'wheel' || 'cached' in found) return undefined;
      return readWheelMetadata(found.file.path);
    },
    egg: (candidate, index, ahead) => {
      const { egg, lines } = prepare(candidate, index);
      if (ahead === undefined) lines.release();
      return egg;
    },
    isCached: async (candidate) => {
      if (cache === undefined) return false;
      const sha256 = knownHash(candidate);
      if (sha256 === undefined) return false;
      const { kind, project, version } = candidate;
      const wanted = { kind, sha256, project, version };
      return (await findCached(cache, wanted, options.request)) !== undefined;
    },
  };
}

type Source = { cached: WorkshopEgg } | { file: FetchedFile };

async function findSource(candidate: Candidate, index: Index, options: EggSupplyOptions): Promise<Source> {
  const { cache, fetcher } = options;
  const isAskedFirst = cache !== undefined && !fetcher.keepsFiles;
  const hash = isAskedFirst ? knownHash(candidate) : undefined;
  const cached = hash === undefined ? undefined : await tryCache(candidate, { sha256: hash, index }, options);
  if (cached !== undefined) return { cached };
  const file = await fetcher.fetch(candidate, index);
  if (hash !== undefined || file.sha256 === '') return { file };
  const found = await tryCache(candidate, { sha256: file.sha256, index }, options);
  return found === undefined ? { file } : { cached: found };
}

async function tryCache(
  candidate: Candidate,
  { sha256, index }: { sha256: string; index: Index },
  options: EggSupplyOptions,
): Promise<WorkshopEgg | undefined> {
  const { fetcher, workshop } = options;
  const { kind, project, version } = candidate;
  const egg = await findUsable({ kind, sha256, project, version }, options);
  if (egg === undefined) return undefined;
  return workshop.fromCache(egg, async () =>
    makeEgg(candidate, await fetcher.fetch(candidate, index), options),
  );
}

/** As many builds as the machine has cores, at least one. */
export function createBuildLimiter(cores: number): <T>(task: () => Promise<T>) => Promise<T> {
  return createLimiter(Math.max(1, cores));
}
