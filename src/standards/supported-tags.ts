// The tags of wheels that an interpreter can install (PEP 425, 600, 656, 703), in the order of
// `packaging.tags.sys_tags()`: most specific first.

import { macPlatforms } from './mac-platforms.ts';
import { linuxPlatforms } from './linux-platforms.ts';

/** What decides an interpreter's tags. */
export interface PythonTagsInput {
  /** `sys.implementation.name` */
  readonly implementation: string;
  readonly version: readonly [number, number, number];
  /** `sysconfig.get_config_var('SOABI')` */
  readonly soabi: string;
  /** `sysconfig.get_platform()`: `linux-x86_64`, `macosx-11.0-arm64` */
  readonly platform: string;
  readonly libc?: { readonly name: 'glibc' | 'musl'; readonly version: string };
  readonly gilDisabled?: boolean;
  readonly debug?: boolean;
  readonly pointerBits: number;
  readonly macosVersion?: string;
  /** `platform.machine()`: on macOS `platform` may only say `universal2`. */
  readonly machine?: string;
}

/** `cp311-cp311-manylinux_2_36_x86_64` and so on. */
export function supportedTags(python: PythonTagsInput): readonly string[] {
  const platforms = platformTags(python);
  const [major, minor] = python.version;
  const shortName = interpreterNames[python.implementation] ?? python.implementation;
  const interpreter = `${shortName}${major}${minor}`;
  const own =
    shortName === 'cp' ? cpythonTags(python, platforms) : genericTags(python, interpreter, platforms);
  // pypy calls itself by its major version here, and no other interpreter but CPython has a name.
  const compatible = { cp: interpreter, pp: 'pp3' }[shortName];
  const versions = pythonVersions(major, minor);
  const tags = [
    ...own,
    ...versions.flatMap((version) => combine(version, 'none', platforms)),
    ...(compatible === undefined ? [] : [`${compatible}-none-any`]),
    ...versions.map((version) => `${version}-none-any`),
  ];
  return tags.map((tag) => tag.toLowerCase());
}

const interpreterNames: Readonly<Record<string, string>> = {
  python: 'py',
  cpython: 'cp',
  pypy: 'pp',
  ironpython: 'ip',
  jython: 'jy',
};

function cpythonTags(python: PythonTagsInput, platforms: readonly string[]): string[] {
  const [major, minor] = python.version;
  const interpreter = `cp${major}${minor}`;
  const stable = python.gilDisabled === true ? 'abi3t' : 'abi3';
  const older = Array.from(
    { length: Math.max(0, minor - 2) },
    (_, index) => `cp${major}${minor - 1 - index}`,
  );
  return [
    ...cpythonAbis(python).flatMap((abi) => combine(interpreter, abi, platforms)),
    ...combine(interpreter, stable, platforms),
    ...combine(interpreter, 'none', platforms),
    ...older.flatMap((version) => combine(version, stable, platforms)),
  ];
}

/** A debug build loads the extensions of a normal one too (3.8 and newer). */
function cpythonAbis({ version: [major, minor], gilDisabled, debug }: PythonTagsInput): string[] {
  const threading = gilDisabled === true && minor >= 13 ? 't' : '';
  const abi = `cp${major}${minor}${threading}`;
  return debug === true ? [`${abi}d`, abi] : [abi];
}

function genericTags(python: PythonTagsInput, interpreter: string, platforms: readonly string[]): string[] {
  const parts = python.soabi.split('-');
  const abi = normalize(parts.slice(0, python.implementation === 'graalpy' ? 3 : 2).join('-'));
  return [...combine(interpreter, abi, platforms), ...combine(interpreter, 'none', platforms)];
}

/** `py311`, `py3`, `py310` … `py30`. */
function pythonVersions(major: number, minor: number): string[] {
  const older = Array.from({ length: minor }, (_, index) => `py${major}${minor - 1 - index}`);
  return [`py${major}${minor}`, `py${major}`, ...older];
}

function combine(interpreter: string, abi: string, platforms: readonly string[]): string[] {
  return platforms.map((platform) => `${interpreter}-${abi}-${platform}`);
}

function platformTags(python: PythonTagsInput): string[] {
  const platform = normalize(python.platform);
  if (platform.startsWith('macosx_')) return macPlatforms(python);
  return platform.startsWith('linux_') ? linuxPlatforms(python, platform) : [platform];
}

function normalize(text: string): string {
  return text.replaceAll(/[-. ]/g, '_');
}
