// An egg out of a file that is here: a wheel or an `.egg` is unpacked, a source archive goes through its build back
// end first, under a lock, so that one machine builds it once.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { BuildError, type Environment, type Report } from '#base';
import { buildSdist, eggFromEggFile, type BuiltEgg } from '#build';
import type { Candidate } from '#index';
import type { PythonDescription } from '#python';
import { canonicalizeName } from '#standards';
import { whenDiskIsFull, type EggCache, type EggFacts, type Json, type RemoteCache } from '#store';

import { describeEgg } from './describe-egg.ts';
import { findBuildTools } from './build-environment.ts';
import { declaredNames } from './declared-names.ts';
import {
  filingKeys,
  pinsOn,
  requestFacts,
  requestKeys,
  type BuildRecord,
  type RequestContext,
} from './egg-request.ts';
import type { Workshop, WorkshopEgg } from './egg-workshop.ts';
import type { FetchedFile } from './fetch-file.ts';
import { findUsable } from './find-usable.ts';
import { holdingReport } from './held-console.ts';
import { offerEgg, tryRemoteEgg } from './remote-eggs.ts';
import { allowsPython } from './target-platform.ts';
import type { WheelUnpacker } from './unpack-wheels.ts';

export interface ObtainedRequirements {
  path: readonly string[];
  versions: Readonly<Record<string, string>>;
  /** SHA-256 of the RECORD of those that have one. */
  hashes: Readonly<Record<string, string>>;
}

/** Obtains build requirements: entries of `sys.path`, and which versions they are. */
export interface BuildRequirements {
  obtain(requirements: readonly string[], building: readonly string[]): Promise<ObtainedRequirements>;
}

export interface EggMakerOptions {
  cache: EggCache | undefined;
  workshop: Workshop;
  unpackWheel: WheelUnpacker;
  python: PythonDescription;
  environment: Environment;
  signal: AbortSignal | undefined;
  report: Report;
  request: RequestContext;
  buildRequirements: BuildRequirements;
  /** For a release: what an egg was built with is obtained, also when the egg need not be built. */
  collects: boolean;
  /** Projects whose build waits for this one: none of them may be built for it. */
  building: readonly string[];
  /** How many builds run at once; a build for another build does not wait. */
  limitBuilds: <T>(task: () => Promise<T>) => Promise<T>;
  /** The cache that machines share; `undefined`: there is none. */
  remote?: () => Promise<RemoteCache | undefined>;
  buildExt?: Readonly<Record<string, string>>;
  /** A source directory is built where it is. */
  inPlace?: boolean;
  /** `direct_url.json` (PEP 610) of what is built: where its source comes from. */
  directUrl?: string;
  /** Variables for builds, as they are. */
  extraEnvironment?: Readonly<Record<string, string>>;
}

/** The egg of a fetched file: unpacked, or built by its own back end; compiling and storing go on. */
export async function makeEgg(
  candidate: Candidate,
  file: FetchedFile,
  options: EggMakerOptions,
): Promise<WorkshopEgg> {
  if (candidate.kind === 'sdist') {
    const build = (): Promise<WorkshopEgg> => options.limitBuilds(() => buildOnce(candidate, file, options));
    const fetched = await tryRemoteEgg({ ...candidate, remake: build }, file, options);
    // For a release it is taken out of the egg cache, together with what it was built with.
    return fetched === undefined || options.collects ? build() : fetched;
  }
  const parent = options.workshop.workDirectory();
  const built = await unpackEgg(candidate, file, { ...options, parent });
  const keys = file.sha256 === '' ? [] : await allKeys(candidate, file, options);
  const request = await requestFacts({ ...candidate, sha256: file.sha256 }, options.request);
  return adopt(built, { keys, request }, options);
}

async function unpackEgg(
  candidate: Candidate,
  file: FetchedFile,
  { parent, python, unpackWheel }: EggMakerOptions & { parent: string },
): Promise<BuiltEgg> {
  if (candidate.kind === 'wheel') return unpackWheel({ wheel: file.path, parent, python });
  try {
    return await eggFromEggFile(file.path, parent);
  } catch (error) {
    return whenDiskIsFull(parent, () => {
      throw error;
    });
  }
}

/** One builder per request on this machine: who waited looks again whether it is there. */
export async function buildOnce(
  candidate: Candidate,
  file: FetchedFile,
  options: EggMakerOptions,
): Promise<WorkshopEgg> {
  const { cache, workshop } = options;
  if (cache === undefined || file.sha256 === '') return buildEgg(candidate, file, options);
  const keys = await requestKeys(candidate.kind, file.sha256, options.request);
  const lock = await cache.lock(keys.here ?? keys.everywhere);
  try {
    const { kind, project } = candidate;
    const found = await findUsable({ kind, project, sha256: file.sha256 }, options);
    if (found !== undefined) return workshop.fromCache(found, () => buildEgg(candidate, file, options));
    const egg = await buildEgg(candidate, file, options);
    await offerEgg(egg, options);
    return egg;
  } finally {
    lock.release();
  }
}

/** A source archive through its build back end to an egg; `source` may be a directory. */
export async function buildEgg(
  candidate: Pick<Candidate, 'kind' | 'filename' | 'project'>,
  file: FetchedFile,
  options: EggMakerOptions,
): Promise<WorkshopEgg> {
  const { python, environment } = options;
  const report = holdingReport(options.report);
  const workDirectory = options.workshop.workDirectory();
  const building = [...options.building, canonicalizeName(candidate.project)];
  const used: Record<string, string> = {};
  const hashes: Record<string, string> = {};
  let declared: readonly string[] | undefined;
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
      signal: options.signal,
      requirementsFor: async (requirements) => {
        // First comes what the project declares; its back end may ask for more.
        declared ??= requirements;
        const obtained = await options.buildRequirements.obtain(requirements, building);
        Object.assign(used, obtained.versions);
        Object.assign(hashes, obtained.hashes);
        return obtained.path;
      },
      inPlace: options.inPlace,
      ...(options.buildExt === undefined ? {} : { buildExt: options.buildExt }),
      ...(options.extraEnvironment === undefined ? {} : { extraEnvironment: options.extraEnvironment }),
    });
    const parent = options.workshop.workDirectory();
    const built = withOrigin(await options.unpackWheel({ wheel, parent, python }), options.directUrl);
    const pins = pinsOn(Object.keys(used), options.request);
    const keys = file.sha256 === '' ? [] : await allKeys(candidate, file, { ...options, wheel });
    const isUniversal = isUniversalWheel(wheel);
    const tools = isUniversal ? {} : { tools: findBuildTools(environment) };
    const source = { ...candidate, sha256: file.sha256 };
    const declares = declaredNames(declared ?? [], python);
    const request = await requestFacts(source, options.request, { isUniversal, declares });
    return adopt(built, { keys, request, used: { requirements: used, hashes, pins, ...tools } }, options);
  } finally {
    report({ type: 'build-end', name });
  }
}

/** A file more than was hashed while it was unpacked: the listing holds no longer. */
function withOrigin({ listing, ...built }: BuiltEgg, directUrl: string | undefined): BuiltEgg {
  if (directUrl === undefined) return { ...built, ...(listing !== undefined && { listing }) };
  const distInfo = readdirSync(built.directory).find((name) => name.endsWith('.dist-info'));
  if (distInfo !== undefined) writeFileSync(join(built.directory, distInfo, 'direct_url.json'), directUrl);
  return built;
}

async function allKeys(
  candidate: Pick<Candidate, 'kind'>,
  file: FetchedFile,
  options: EggMakerOptions & { wheel?: string },
): Promise<readonly string[]> {
  const keys = await requestKeys(candidate.kind, file.sha256, options.request);
  return filingKeys(keys, options.wheel !== undefined && isUniversalWheel(options.wheel));
}

function isUniversalWheel(path: string): boolean {
  return path.endsWith('-none-any.whl');
}

function adopt(
  built: BuiltEgg,
  { keys, request, used }: { keys: readonly string[]; request: Json; used?: BuildRecord },
  options: EggMakerOptions,
): WorkshopEgg {
  const facts = describeEgg(built.directory, built.eggName);
  checkPython(facts, options.python);
  const record = used === undefined ? {} : { used: { ...used } };
  return options.workshop.adopt(built, { ...facts, request, ...record }, keys);
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
