// What a Debian package of a release depends on: the packages of this machine that have the libraries and the Python it
// needs, with the oldest versions that do, from what dpkg keeps about them (deb-symbols(5), deb-shlibs(5)).

import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { tryReadText } from '#base';
import { tryRunProgram } from '#python';
import type { NeededLibrary, ReleaseManifest } from '../tree/index.ts';
import { isPackagedPython } from './package-facts.ts';

export interface DebDepends {
  /** `libssl3 (>= 3.0.0)` */
  depends: readonly string[];
  /** Sonames, and an interpreter, that no package of this machine has. */
  unresolved: readonly string[];
}

export interface DebSystem {
  /** dpkg's own directory; default `/var/lib/dpkg`. */
  administration?: string;
  /** Where libraries are looked for, in this order. */
  directories: readonly string[];
}

/** Asks dpkg about each file; a machine without dpkg resolves nothing. */
export async function findDebDepends(manifest: ReleaseManifest, system: DebSystem): Promise<DebDepends> {
  const depends = new Map<string, string>();
  const unresolved: string[] = [];
  const { python, libraries = [] } = manifest;
  const pythons = await findPythons(manifest);
  if (python !== undefined && pythons.length === 0) unresolved.push(python.executable);
  for (const library of libraries) {
    const dependency = await findLibrary(library, system);
    if (dependency === undefined) unresolved.push(library.soname);
    else await addDependency(depends, dependency);
  }
  const texts = [...depends].map(([name, version]) => (version === '' ? name : `${name} (>= ${version})`));
  return { depends: [...pythons, ...texts].sort(), unresolved };
}

/** The package with the whole interpreter, and the one that says which interpreter `python3` is. */
async function findPythons(manifest: ReleaseManifest): Promise<string[]> {
  const { python } = manifest;
  if (python === undefined || !isPackagedPython(manifest)) return [];
  const real = realpathOf(python.executable);
  const [own, link] = [await packageOf(real), await packageOf(python.executable)];
  if (own === undefined) return [];
  const whole = nameOf(own).replace(/-minimal$/, '');
  if (link === undefined || real === python.executable) return [whole];
  const [major = 3, minor = 0] = python.version.split('.').map(Number);
  const name = nameOf(link).replace(/-minimal$/, '');
  return [whole, `${name} (>= ${major}.${minor}~)`, `${name} (<< ${major}.${minor + 1}~)`];
}

interface Dependency {
  name: string;
  /** The oldest that does; empty: any. */
  version: string;
}

async function findLibrary(library: NeededLibrary, system: DebSystem): Promise<Dependency | undefined> {
  const places = [...(library.runPaths ?? []), ...system.directories].map((path) =>
    join(path, library.soname),
  );
  const path = places.find((place) => existsSync(place));
  const owner =
    path === undefined ? undefined : ((await packageOf(path)) ?? (await packageOf(realpathOf(path))));
  if (owner === undefined) return undefined;
  const kept = join(system.administration ?? '/var/lib/dpkg', 'info', owner);
  const symbols = tryReadText(`${kept}.symbols`);
  const fromSymbols = symbols === undefined ? undefined : await readSymbols(symbols, library);
  const shlibs = tryReadText(`${kept}.shlibs`) ?? '';
  return fromSymbols ?? readShlibs(shlibs, library.soname) ?? { name: nameOf(owner), version: '' };
}

/** A `symbols` file: `SONAME PACKAGE #MINVER#`, then ` SYMBOL@VERSION OLDEST`. */
async function readSymbols(
  text: string,
  { soname, versions = [] }: NeededLibrary,
): Promise<Dependency | undefined> {
  let name: string | undefined;
  const oldest: string[] = [];
  for (const line of text.split('\n')) {
    if (/^[^ |*#]/.test(line)) {
      const [, package_] = line.startsWith(`${soname} `) ? (/^\S+ (\S+)/.exec(line) ?? []) : [];
      if (name !== undefined && package_ === undefined) break;
      name = package_ ?? name;
    } else if (name !== undefined) {
      const [, version = '', since] = /^ (\S+)@\1 (\S+)/.exec(line) ?? [];
      if (since !== undefined && versions.includes(version)) oldest.push(since);
    }
  }
  return name === undefined ? undefined : { name, version: await newestOf(oldest) };
}

/** A `shlibs` file: `LIBRARY VERSION DEPENDENCIES`, for a soname `LIBRARY.so.VERSION`. */
function readShlibs(text: string, soname: string): Dependency | undefined {
  const [, library, version] = /^(.+)\.so\.(.+)$/.exec(soname) ?? [];
  for (const line of text.split('\n')) {
    const [, first, second, dependency = ''] = /^(?:\w+: )?(\S+)\s+(\S+)\s+(.+)$/.exec(line) ?? [];
    if (first !== library || second !== version) continue;
    const [, name, since = ''] = /^([a-z0-9][a-z0-9+.-]*)(?:\s*\(>=\s*([^)]+)\))?/.exec(dependency) ?? [];
    if (name !== undefined) return { name, version: since.trim() };
  }
  return undefined;
}

async function addDependency(depends: Map<string, string>, { name, version }: Dependency): Promise<void> {
  const known = depends.get(name);
  depends.set(name, known === undefined ? version : await newestOf([known, version]));
}

async function newestOf(versions: readonly string[]): Promise<string> {
  let newest = '';
  for (const version of versions) {
    if (newest === '') newest = version;
    else if (version !== '' && version !== newest) {
      const compared = await tryRunProgram('dpkg', ['--compare-versions', version, 'gt', newest]);
      if (compared?.code === 0) newest = version;
    }
  }
  return newest;
}

/** The package that has the file, as dpkg's files are named: `libc6:amd64`. */
async function packageOf(path: string): Promise<string | undefined> {
  // With /usr merged, dpkg may know the file by its other name.
  const names = path.startsWith('/usr/') ? [path, path.slice('/usr'.length)] : [path, `/usr${path}`];
  for (const name of names) {
    const found = await tryRunProgram('dpkg-query', ['-S', name]);
    const owner = /^([^\s,:]+(?::[^\s,:]+)?)(?:, .*)?: /m.exec(found?.code === 0 ? found.stdout : '')?.[1];
    if (owner !== undefined) return owner;
  }
  return undefined;
}

function nameOf(owner: string): string {
  return owner.replace(/:.*$/, '');
}

function realpathOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
