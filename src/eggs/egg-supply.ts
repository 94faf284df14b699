// From a candidate to an egg: out of the egg cache by hash, else fetched and unpacked or built. What a candidate
// requires is known before its egg is made, so that the resolver can look further ahead.

import { BuildError, createLimiter, type Environment, type Report } from '#base';
import { buildSdist, eggFromEggFile, eggFromWheel, readWheelMetadata, type BuiltEgg } from '#build';
import type { Candidate, Index } from '#index';
import type { PythonDescription } from '#python';
import { canonicalizeName } from '#standards';
import type { EggCache, EggFacts } from '#store';

import { describeEgg } from './describe-egg.ts';
import { findCached, pinsOn, requestKeys, type BuildRecord, type RequestContext } from './egg-request.ts';
import { allowsPython } from './target-platform.ts';
import type { WorkshopEgg, Workshop } from './egg-workshop.ts';
import { holdingReport, holdLines, type HeldLines } from './held-console.ts';
import { knownHash, type FetchedFile, type FileFetcher } from './fetch-file.ts';

/** Obtains build requirements: entries of `sys.path`, and which versions they are. */
export interface BuildRequirements {
  obtain(
    requirements: readonly string[],
    building: readonly string[],
  ): Promise<{ path: readonly string[]; versions: Readonly<Record<string, string>> }>;
}

export interface EggSupply {
  /** The METADATA of a wheel, as soon as its file is here; `undefined`: the egg itself must tell. */
  metadataText(candidate: Candidate, index: Index): Promise<string | undefined>;
  /** The egg, its files on this machine; finishing touches go on. `ahead`: console lines wait for a later call. */
  egg(candidate: Candidate, index: Index, ahead?: 'ahead'): Promise<WorkshopEgg>;
  /** Whether no network is needed for it. */
  isCached(candidate: Candidate): Promise<boolean>;
}

export interface EggSupplyOptions {
  cache: EggCache | undefined;
  workshop: Workshop;
  fetcher: FileFetcher;
  python: PythonDescription;
  environment: Environment;
  report: Report;
  request: RequestContext;
  buildRequirements: BuildRequirements;
  /** Projects whose build waits for this one: none of them may be built for it. */
  building: readonly string[];
  /** How many builds run at once; a build for another build does not wait. */
  limitBuilds: <T>(task: () => Promise<T>) => Promise<T>;
  buildExt?: Readonly<Record<string, string>>;
  /** Variables for builds, as they are. */
  extraEnvironment?: Readonly<Record<string, string>>;
}

interface Preparation {
  lines: HeldLines;
  source: Promise<{ cached: WorkshopEgg } | { file: FetchedFile }>;
  egg: Promise<WorkshopEgg>;
}

export function createEggSupply(options: EggSupplyOptions): EggSupply {
  const { cache, workshop } = options;
  const preparations = new Map<string, Preparation>();

  function prepare(candidate: Candidate, index: Index): Preparation {
    const key = candidate.location;
    const known = preparations.get(key);
    if (known !== undefined) return known;
    const lines = holdLines(options.report);
    const source = lines.collect(() => findSource(candidate, index));
    const egg = lines.collect(() =>
      source.then((found) => ('cached' in found ? found.cached : makeEgg(candidate, found.file, options))),
    );
    // Whoever wants the egg hears of its failure.
    egg.catch(() => undefined);
    const preparation = { source, egg, lines };
    preparations.set(key, preparation);
    return preparation;
  }

  async function findSource(
    candidate: Candidate,
    index: Index,
  ): Promise<{ cached: WorkshopEgg } | { file: FetchedFile }> {
    const hash = cache === undefined ? undefined : knownHash(candidate);
    const cached = hash === undefined ? undefined : await fromCache(candidate, index, hash);
    if (cached !== undefined) return { cached };
    const file = await options.fetcher.fetch(candidate, index);
    const found =
      hash === undefined && file.sha256 !== '' ? await fromCache(candidate, index, file.sha256) : undefined;
    return found === undefined ? { file } : { cached: found };
  }

  async function fromCache(
    candidate: Candidate,
    index: Index,
    sha256: string,
  ): Promise<WorkshopEgg | undefined> {
    if (cache === undefined) return undefined;
    const egg = await findCached(cache, { kind: candidate.kind, sha256 }, options.request);
    if (egg === undefined) return undefined;
    return workshop.fromCache(egg, async () => {
      const file = await options.fetcher.fetch(candidate, index);
      return makeEgg(candidate, file, options);
    });
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
      return (await findCached(cache, { kind: candidate.kind, sha256 }, options.request)) !== undefined;
    },
  };
}

async function makeEgg(
  candidate: Candidate,
  file: FetchedFile,
  options: EggSupplyOptions,
): Promise<WorkshopEgg> {
  if (candidate.kind === 'sdist') {
    return options.limitBuilds(() => buildOnce(candidate, file, options));
  }
  const parent = options.workshop.workDirectory();
  const built =
    candidate.kind === 'wheel'
      ? await eggFromWheel(file.path, parent, options.python)
      : await eggFromEggFile(file.path, parent);
  const keys = file.sha256 === '' ? [] : await allKeys(candidate, file, options);
  return adopt(built, keys, options);
}

/** One builder per request on this machine: who waited looks again whether it is there. */
async function buildOnce(
  candidate: Candidate,
  file: FetchedFile,
  options: EggSupplyOptions,
): Promise<WorkshopEgg> {
  const { cache, workshop } = options;
  if (cache === undefined || file.sha256 === '') return buildEgg(candidate, file, options);
  const keys = await requestKeys(candidate.kind, file.sha256, options.request);
  const lock = await cache.lock(keys.here ?? keys.everywhere);
  try {
    const found = await findCached(cache, { kind: candidate.kind, sha256: file.sha256 }, options.request);
    if (found !== undefined) return workshop.fromCache(found, () => buildEgg(candidate, file, options));
    const egg = await buildEgg(candidate, file, options);
    await egg.finished();
    return egg;
  } finally {
    lock.release();
  }
}

/** A source archive through its build back end to an egg; `source` may be a directory. */
export async function buildEgg(
  candidate: Pick<Candidate, 'kind' | 'filename' | 'project'>,
  file: FetchedFile,
  options: EggSupplyOptions,
): Promise<WorkshopEgg> {
  const { python, environment } = options;
  const report = holdingReport(options.report);
  const workDirectory = options.workshop.workDirectory();
  const building = [...options.building, canonicalizeName(candidate.project)];
  const used: Record<string, string> = {};
  const name = candidate.filename;
  report({ type: 'build-start', name });
  try {
    const wheel = await buildSdist({
      source: file.path,
      workDirectory,
      python,
      environment,
      name,
      report,
      requirementsFor: async (requirements) => {
        const obtained = await options.buildRequirements.obtain(requirements, building);
        Object.assign(used, obtained.versions);
        return obtained.path;
      },
      ...(options.buildExt === undefined ? {} : { buildExt: options.buildExt }),
      ...(options.extraEnvironment === undefined ? {} : { extraEnvironment: options.extraEnvironment }),
    });
    const built = await eggFromWheel(wheel, options.workshop.workDirectory(), python);
    const pins = pinsOn(Object.keys(used), options.request);
    const keys = file.sha256 === '' ? [] : await allKeys(candidate, file, { ...options, wheel });
    return adopt(built, keys, options, { requirements: used, pins });
  } finally {
    report({ type: 'build-end', name });
  }
}

async function allKeys(
  candidate: Pick<Candidate, 'kind'>,
  file: FetchedFile,
  options: EggSupplyOptions & { wheel?: string },
): Promise<readonly string[]> {
  const { everywhere, here } = await requestKeys(candidate.kind, file.sha256, options.request);
  if (here === undefined) return [everywhere];
  return options.wheel?.endsWith('-none-any.whl') === true ? [everywhere, here] : [here];
}

function adopt(
  built: BuiltEgg,
  keys: readonly string[],
  options: EggSupplyOptions,
  used?: BuildRecord,
): WorkshopEgg {
  const facts = describeEgg(built.directory, built.eggName);
  checkPython(facts, options.python);
  const record = used === undefined ? {} : { used: { requirements: used.requirements, pins: used.pins } };
  return options.workshop.adopt(built.directory, { ...facts, ...record }, keys);
}

/** Index pages say it too, but not those of a directory; the words are pip's. */
function checkPython({ project, metadata }: EggFacts, python: PythonDescription): void {
  const { requiresPython, texts } = metadata;
  const isEgg = texts['requires.txt'] !== undefined;
  if (isEgg || requiresPython === undefined || allowsPython(requiresPython, python.version)) return;
  throw new BuildError(
    'REQUIRES_OTHER_PYTHON',
    `Package '${project}' requires a different Python: ${python.version} not in '${requiresPython}'`,
    { hint: `pin a version of ${project} that supports Python ${python.minor}` },
  );
}

/** As many builds as the machine has cores, at least one. */
export function createBuildLimiter(cores: number): <T>(task: () => Promise<T>) => Promise<T> {
  return createLimiter(Math.max(1, cores));
}
