// What a candidate would become if it were installed, as far as that can be told without fetching it: from the egg
// cache, from the metadata that an index offers, or from a file that lies on this machine.

import { readWheelTexts } from '#build';
import { formatEggFilename, toFilename } from '#standards';

import { createDistribution } from './create-distribution.ts';
import { describeEggAt } from './create-distribution-source.ts';
import { findCached } from './egg-request.ts';
import { rememberedMetadata } from './egg-metadata.ts';
import type { EggRun } from './egg-run.ts';
import type { Distribution, InstallOptions } from './eggs-contract.ts';
import { knownHash } from './fetch-file.ts';
import { placesOf } from './source-request.ts';
import type { EggCandidate } from './usable-candidates.ts';

export interface EggArrival {
  readonly project: string;
  readonly version: string;
  /** Where it would come from. `file`: a file on this machine, as an index or find-links names it. */
  readonly from: 'egg-cache' | 'download-cache' | 'file' | 'network';
  /** It would be built from source. */
  readonly builds: boolean;
  readonly filename: string;
  /** Its size in bytes, when the index says so. */
  readonly size?: number;
  /** Where the file lies, when it is on this machine. */
  readonly path?: string;
  /** The file's SHA-256 in hexadecimal, as the index or a link to the file says it. */
  readonly sha256?: string;
  /** The directory it would be placed in. */
  readonly location: string;
  /** Known only once it is here: what it requires, or which scripts it defines. */
  readonly unknown?: 'requirements' | 'scripts';
  readonly needsPkgResources?: boolean;
}

export interface ArrivalContext {
  run: EggRun;
  options: InstallOptions;
  pins: ReadonlyMap<string, string>;
  /** Where an egg of this name would be placed. */
  placeOf: (eggName: string) => string;
}

export async function describeArrival(
  candidate: EggCandidate,
  context: ArrivalContext,
): Promise<{ dist: Distribution; arrival: EggArrival }> {
  const { dist, arrival } =
    (await tryDescribeCached(candidate, context)) ?? (await describeFile(candidate, context));
  const sha256 = await findPromisedHash(candidate, context);
  const { url } = candidate.file;
  return {
    dist,
    arrival: {
      ...arrival,
      ...(url.startsWith('/') ? { path: url } : {}),
      ...(sha256 === undefined ? {} : { sha256 }),
    },
  };
}

/** A file in a directory has no link that promises a hash; the index may offer the same file with one. */
async function findPromisedHash(
  { file }: EggCandidate,
  { run, options }: ArrivalContext,
): Promise<string | undefined> {
  const own = file.hashes['sha256'];
  if (own !== undefined) return own;
  const { project, version, filename } = file;
  const files = await run.index(placesOf(run, options)).candidates(project, { version });
  return files.find((other) => other.filename === filename && other.hashes['sha256'] !== undefined)?.hashes[
    'sha256'
  ];
}

async function tryDescribeCached(
  candidate: EggCandidate,
  { run, pins, placeOf }: ArrivalContext,
): Promise<{ dist: Distribution; arrival: EggArrival } | undefined> {
  const { file } = candidate;
  const cache = run.cache();
  const sha256 = cache === undefined ? undefined : knownHash(file);
  if (cache === undefined || sha256 === undefined) return undefined;
  const egg = await findCached(cache, { kind: file.kind, sha256 }, run.request(pins));
  if (egg === undefined) return undefined;
  const { manifest: facts, directory } = egg;
  const location = placeOf(facts.eggName);
  const dist = describeEggAt({ facts, directory }, location, run.settings.python);
  const { project, version } = dist;
  return {
    dist,
    arrival: {
      project,
      version,
      from: 'egg-cache',
      builds: false,
      filename: file.filename,
      location,
      ...needsOf(facts.origin),
    },
  };
}

function needsOf(origin: unknown): { needsPkgResources?: boolean } {
  const needs: unknown =
    typeof origin === 'object' && origin !== null ? Reflect.get(origin, 'needsPkgResources') : undefined;
  return typeof needs === 'boolean' ? { needsPkgResources: needs } : {};
}

async function describeFile(
  candidate: EggCandidate,
  context: ArrivalContext,
): Promise<{ dist: Distribution; arrival: EggArrival }> {
  const { file, version } = candidate;
  const { python } = context.run.settings;
  const { texts, unknown } = await readTexts(candidate, context);
  const project = /^Name:[ \t]*(\S+)/im.exec(texts['METADATA'] ?? '')?.[1] ?? candidate.project;
  const name = formatEggFilename({
    project: toFilename(project),
    version,
    python: python.minor,
    ...(file.wheel === undefined || candidate.location.includes('-none-any')
      ? {}
      : { platform: python.platform }),
  });
  const location = context.placeOf(`${name}.egg`);
  const dist = createDistribution({
    project,
    version,
    location,
    precedence: 'egg',
    metadata: rememberedMetadata(texts),
    markers: python.markers,
  });
  const isLocal = file.url.startsWith('/');
  return {
    dist,
    arrival: {
      project,
      version,
      from: candidate.isInDownloadCache ? 'download-cache' : isLocal ? 'file' : 'network',
      builds: file.kind === 'sdist',
      filename: file.filename,
      ...(file.size === undefined ? {} : { size: file.size }),
      location,
      ...(unknown === undefined ? {} : { unknown }),
    },
  };
}

const wheelTexts = ['METADATA', 'entry_points.txt', 'namespace_packages.txt', 'dependency_links.txt'];

async function readTexts(
  { file }: EggCandidate,
  { run, options }: ArrivalContext,
): Promise<{ texts: Record<string, string>; unknown?: NonNullable<EggArrival['unknown']> }> {
  if (file.kind !== 'wheel') return { texts: {}, unknown: 'requirements' };
  if (file.url.startsWith('/')) return { texts: readWheelTexts(file.url, wheelTexts) };
  const text = await run.index(placesOf(run, options)).readMetadata(file);
  if (text === undefined) return { texts: {}, unknown: 'requirements' };
  return { texts: { METADATA: text }, unknown: 'scripts' };
}
