// Request keys: under which keys an egg for a candidate is filed in the egg cache, and which of the entries there may
// still be used.

import type { Candidate } from '#index';
import type { PythonDescription } from '#python';
import { canonicalJson, requestKeyOf, type EggCache, type CachedEgg, type Json, type Manifest } from '#store';

/** What was used to build an egg from source; it is part of the build key. */
export interface BuildRecord {
  /** Version of every build requirement by name. */
  requirements: Readonly<Record<string, string>>;
  /** The pins that there were on them. */
  pins: Readonly<Record<string, string>>;
}

export interface RequestContext {
  python: PythonDescription;
  /** Facts about compiler and variables; asked for once, and for sources only. */
  buildEnvironment: () => Promise<Json>;
  /** The pin on a build requirement now. */
  pinOf: (name: string) => string | undefined;
  buildExt?: Readonly<Record<string, string>> | undefined;
}

/** The key for a file of this kind and hash; for sources, the one that holds on every machine and ours. */
export async function requestKeys(
  kind: Candidate['kind'],
  sha256: string,
  context: RequestContext,
): Promise<{ everywhere: string; here?: string }> {
  const python = pythonKey(context.python);
  if (kind === 'wheel') return { everywhere: requestKeyOf({ kind: 'wheel', sha256, python }) };
  if (kind !== 'sdist') return { everywhere: requestKeyOf({ kind: 'egg', sha256, python }) };
  const { buildExt } = context;
  const source = { kind: 'source', sha256, python, ...(buildExt === undefined ? {} : { buildExt }) } as const;
  const environment = await context.buildEnvironment();
  return { everywhere: requestKeyOf(source), here: requestKeyOf({ ...source, environment }) };
}

/** An entry for it that may be used: built with the pins that there are now. */
export async function findCached(
  cache: EggCache,
  file: { kind: Candidate['kind']; sha256: string },
  context: RequestContext,
): Promise<CachedEgg | undefined> {
  const keys = await requestKeys(file.kind, file.sha256, context);
  const accept = (manifest: Manifest): boolean => hasSamePins(manifest, context);
  return (
    cache.find(keys.everywhere, accept) ??
    (keys.here === undefined ? undefined : cache.find(keys.here, accept))
  );
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

function hasSamePins(manifest: Manifest, context: RequestContext): boolean {
  const used = asBuildRecord(manifest.used);
  if (used === undefined) return true;
  return canonicalJson(pinsOn(Object.keys(used.requirements), context)) === canonicalJson(used.pins);
}

function asBuildRecord(used: Json | undefined): BuildRecord | undefined {
  if (typeof used !== 'object' || used === null || Array.isArray(used)) return undefined;
  const has = (name: string): boolean => typeof Reflect.get(used, name) === 'object';
  return has('requirements') && has('pins') ? (used as unknown as BuildRecord) : undefined;
}

/** An egg's name has the Python's version and platform, its byte code the cache tag. */
function pythonKey({ implementation, minor, platform, cacheTag }: PythonDescription): string {
  return [implementation, minor, platform, cacheTag].join(' ');
}
