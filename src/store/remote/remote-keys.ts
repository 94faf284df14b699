// Under which keys a remote cache has an egg. See docs/decisions/remote-keys.md: a request key has no pins on build
// requirements in it, and on a server only hashes can be looked up. So an egg is filed twice for each request: under the
// pins on what its source declares (which a reader knows beforehand), and under the pins on all that its build used
// (which a reader learns from the first entry, when that one was built with other pins).

import { hashBytes } from '#base';
import type { Manifest } from '../manifest.ts';
import { canonicalJson, type Json } from '../request-key.ts';

export type Pins = Readonly<Record<string, string>>;

/** The key to ask for first. */
export function declaredKey(requestKey: string, pins: Pins): string {
  return keyOf('declared', requestKey, pins);
}

/** The key of what was built with exactly these pins on all it used. */
export function exactKey(requestKey: string, pins: Pins): string {
  return keyOf('exact', requestKey, pins);
}

function keyOf(kind: string, requestKey: string, pins: Pins): string {
  return hashBytes(canonicalJson({ remote: 1, kind, requestKey, pins }));
}

/** What a build from source says about itself, as far as remote keys depend on it. */
export interface BuildPins {
  /** The names of everything that the build used. */
  used: readonly string[];
  /** The pins there were on them. */
  pins: Pins;
}

/** `undefined`: the egg was not built from source here, or by a clutch that did not write down what it declares. */
export function buildPinsOf(manifest: Pick<Manifest, 'used'>): BuildPins | undefined {
  const requirements = fieldOf(manifest.used, 'requirements');
  const pins = fieldOf(manifest.used, 'pins');
  if (!isTexts(requirements) || !isTexts(pins)) return undefined;
  return { used: Object.keys(requirements), pins };
}

/** All keys that an egg is to be found under; none when it can be found under no key. */
export function remoteKeysOf(manifest: Manifest): string[] {
  const build = buildPinsOf(manifest);
  const declared = fieldOf(manifest.request, 'declares');
  if (build === undefined || !Array.isArray(declared)) return [];
  const names = new Set<unknown>(declared);
  const declaredPins = Object.fromEntries(Object.entries(build.pins).filter(([name]) => names.has(name)));
  // What holds on every machine is asked for first by all: the other keys would only repeat it.
  const isUniversal = fieldOf(manifest.request, 'environment') === undefined;
  const requestKeys = isUniversal ? manifest.requestKeys.slice(0, 1) : manifest.requestKeys;
  return requestKeys.flatMap((key) => [declaredKey(key, declaredPins), exactKey(key, build.pins)]);
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null
    ? (Reflect.get(value, name) as Json | undefined)
    : undefined;
}

function isTexts(value: Json | undefined): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}
