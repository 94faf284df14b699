// Request keys: under which keys an egg for a candidate is filed in the egg cache, and which of the entries there may
// still be used.

import type { Candidate } from '#index';
import type { PythonDescription } from '#python';
import { canonicalizeName, formatVersion, parseVersion, tryParseVersion } from '#standards';
import { canonicalJson, requestKeyOf, type EggCache, type CachedEgg, type Json, type Manifest } from '#store';

import { noCompiler } from './build-environment.ts';

/** What was used to build an egg from source; it is part of the build key. */
export interface BuildRecord {
  /** Version of every build requirement by name. */
  requirements: Readonly<Record<string, string>>;
  /** SHA-256 of each one's RECORD, which names every file of it by hash. */
  hashes?: Readonly<Record<string, string>>;
  /** Programs that builds look for: the real file's name and size. */
  tools?: Readonly<Record<string, string>>;
  /** The pins that there were on them. */
  pins: Readonly<Record<string, string>>;
}

export interface RequestContext {
  python: PythonDescription;
  /** Facts about compiler and variables; asked for once, and for sources only. */
  buildEnvironment: () => Promise<Json>;
  /** The pin on a build requirement now. */
  pinOf: (name: string) => string | undefined;
  /** What a part of zc.recipe.egg:custom asks of its build. */
  custom?: CustomRequest | undefined;
}

export interface CustomRequest {
  /** Options of `build_ext`. */
  buildExt: Readonly<Record<string, string>>;
  /** Variables that the part sets. */
  variables: Readonly<Record<string, string>>;
  /** What the directories hold that both name, by path. */
  inputs: Readonly<Record<string, string>>;
}

/** What is asked for. Project and version find an imported egg, whose file nobody knows. */
export interface WantedFile {
  kind: Candidate['kind'];
  sha256: string;
  project?: string;
  version?: string;
}

/** The facts behind the keys, kept in the manifest so that a miss can be explained. */
export async function requestFacts(
  file: { kind: Candidate['kind']; sha256: string; filename: string },
  context: RequestContext,
  built?: { isUniversal: boolean; declares: readonly string[] },
): Promise<Json> {
  const { kind, sha256, filename } = file;
  const facts = { kind, file: filename, sha256, python: pythonKey(context.python) };
  if (kind !== 'sdist' || built === undefined) return facts;
  return {
    ...facts,
    declares: built.declares,
    ...context.custom,
    ...(built.isUniversal ? {} : { environment: await context.buildEnvironment() }),
  };
}

/** The key of an egg that came from somebody's eggs directory. */
export function importedKey(dist: { project: string; version: string }, python: PythonDescription): string {
  const project = canonicalizeName(dist.project);
  const version = formatVersion(parseVersion(dist.version));
  return requestKeyOf({ kind: 'imported', project, version, python: pythonKey(python) });
}

export interface RequestKeys {
  everywhere: string;
  /** For sources: that of this build environment, and of one like it without a compiler. */
  here?: string;
  withoutCompiler?: string;
}

/**
 * The keys for a file of this kind and hash. What was compiled here is filed for machines without a compiler too: they
 * cannot make it themselves, and all else about their build environment is the same.
 */
export async function requestKeys(
  kind: Candidate['kind'],
  sha256: string,
  context: RequestContext,
): Promise<RequestKeys> {
  const python = pythonKey(context.python);
  if (kind === 'wheel') return { everywhere: requestKeyOf({ kind: 'wheel', sha256, python }) };
  if (kind !== 'sdist') return { everywhere: requestKeyOf({ kind: 'egg', sha256, python }) };
  const source = { kind: 'source', sha256, python, ...context.custom } as const;
  const environment = await context.buildEnvironment();
  const bare = isObject(environment) ? { ...environment, compiler: noCompiler } : environment;
  return {
    everywhere: requestKeyOf(source),
    here: requestKeyOf({ ...source, environment }),
    withoutCompiler: requestKeyOf({ ...source, environment: bare }),
  };
}

function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The keys that an egg of a source is filed under: a wheel `none-any` answers everywhere. */
export function filingKeys(keys: RequestKeys, isUniversal: boolean): readonly string[] {
  const { everywhere, here, withoutCompiler } = keys;
  if (here === undefined) return [everywhere];
  if (isUniversal) return [everywhere, here];
  return withoutCompiler === undefined || withoutCompiler === here ? [here] : [here, withoutCompiler];
}

/** An entry for it that may be used: built with the pins that there are now. */
export async function findCached(
  cache: EggCache,
  file: WantedFile,
  context: RequestContext,
): Promise<CachedEgg | undefined> {
  const keys = await requestKeys(file.kind, file.sha256, context);
  const accept = (manifest: Manifest): boolean => hasSamePins(manifest, context);
  return (
    cache.find(keys.everywhere, accept) ??
    (keys.here === undefined ? undefined : cache.find(keys.here, accept)) ??
    findImported(cache, file, context)
  );
}

function findImported(
  cache: EggCache,
  { project, version }: WantedFile,
  { python, custom }: RequestContext,
): CachedEgg | undefined {
  if (project === undefined || version === undefined || custom !== undefined) return undefined;
  return tryParseVersion(version) === undefined
    ? undefined
    : cache.find(importedKey({ project, version }, python));
}

/** The pins among `pins` that concern these build requirements. */
export function pinsOn(names: readonly string[], context: RequestContext): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const pin = context.pinOf(name);
      return pin === undefined || pin === '' ? [] : [[name, pin] as const];
    }),
  );
}

export function hasSamePins(manifest: Manifest, context: RequestContext): boolean {
  const used = asBuildRecord(manifest.used);
  if (used === undefined) return true;
  return canonicalJson(pinsOn(Object.keys(used.requirements), context)) === canonicalJson(used.pins);
}

export function asBuildRecord(used: Json | undefined): BuildRecord | undefined {
  if (typeof used !== 'object' || used === null || Array.isArray(used)) return undefined;
  const has = (name: string): boolean => typeof Reflect.get(used, name) === 'object';
  return has('requirements') && has('pins') ? (used as unknown as BuildRecord) : undefined;
}

/** An egg's name has the Python's version and platform, its byte code the cache tag. */
export function pythonKey({ implementation, minor, platform, cacheTag }: PythonDescription): string {
  return [implementation, minor, platform, cacheTag].join(' ');
}
