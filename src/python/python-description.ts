// What clutch knows about an interpreter, as `python/probe.py` reports it, and the check of what a cache file holds.

import type { MarkerEnvironment, PythonTagsInput } from '#standards';

export interface PythonDescription {
  /** `sys.executable`: the real interpreter, or the link of a virtual environment. */
  executable: string;
  /** `3.11.7`, as `platform.python_version()`. */
  version: string;
  versionInfo: readonly [number, number, number];
  /** `3.11`: what an egg's file name has after `-py`. */
  minor: string;
  prefix: string;
  basePrefix: string;
  /** `cpython`, `pypy`: `sys.implementation.name`. */
  implementation: string;
  /** `sys.implementation.cache_tag`, the middle of a `.pyc` file's name. */
  cacheTag: string;
  /** As `pkg_resources.get_supported_platform()`: `linux-x86_64`. */
  platform: string;
  soabi: string;
  extSuffix: string;
  markers: MarkerEnvironment;
  tags: PythonTagsInput;
  /** The booleans that zc.buildout offers to conditional sections (buildout.py, `_default_globals`). */
  facts: Readonly<Record<string, boolean>>;
  /** The interpreter's own site-packages directories, without the user's. */
  sitePackages: readonly string[];
  /** Compiler and flags that the interpreter was built with, the interpreter's prefix replaced by `<prefix>`. */
  sysconfig: Readonly<Record<string, string>>;
  /** SHA-256 over what decides whether a build for one interpreter serves another: no path, no kernel release. */
  environmentKey: string;
}

/** The description in `value` when it has the shape that this version of clutch writes. */
export function asPythonDescription(value: unknown): PythonDescription | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const has = (name: string, type: string): boolean => typeof Reflect.get(value, name) === type;
  const strings = ['executable', 'version', 'minor', 'platform', 'soabi', 'cacheTag', 'environmentKey'];
  const objects = ['versionInfo', 'markers', 'tags', 'facts', 'sitePackages', 'sysconfig'];
  const whole = strings.every((name) => has(name, 'string')) && objects.every((name) => has(name, 'object'));
  return whole ? (value as PythonDescription) : undefined;
}
