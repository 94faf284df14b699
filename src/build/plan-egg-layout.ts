// Which files of a wheel get into zc.buildout's egg, and where. zc.buildout runs `pip install -t` and moves what it
// finds into the egg (easy_install.py, `make_egg_after_pip_install`); here the outcome is computed from the names.

import { isNamespaceDeclaration } from './namespace-declaration.ts';

export interface EggLayoutInput {
  /** The files of the wheel. */
  paths: readonly string[];
  /** `name-1.0.dist-info` in the wheel, and what zc.buildout renames it to. */
  distInfo: string;
  newDistInfo: string;
  topLevel: string | undefined;
  entryPoints: string | undefined;
  read: (path: string) => string;
}

/** For each file of the wheel that is kept, its path in the egg. */
export function planEggLayout(input: EggLayoutInput): Map<string, string> {
  const hasScripts = /console_scripts|gui_scripts/.test(input.entryPoints ?? '');
  const topLevels = new Set((input.topLevel ?? '').split(/\r\n?|\n/).map((line) => line.trim()));
  const installed = placeAsPip(input.paths, topLevels);
  const namespaces = namespaceFiles(installed, input.read);
  const layout = new Map<string, string>();
  for (const [path, place] of installed) {
    const [top = ''] = place.split('/', 1);
    if (top === input.distInfo) {
      const name = place.slice(top.length + 1);
      if (!rewritten.has(name)) layout.set(path, `${input.newDistInfo}/${name}`);
    } else if (!(hasScripts && top === 'bin') && !namespaces.has(path) && keepsBytecode(place, topLevels)) {
      layout.set(path, place);
    }
  }
  return layout;
}

/** pip writes these itself; `direct_url.json` would name a temporary directory. */
const rewritten = new Set([
  'INSTALLER',
  'RECORD',
  'RECORD.jws',
  'RECORD.p7s',
  'REQUESTED',
  'direct_url.json',
]);

/**
 * Where `pip install -t` puts each file: the library itself and, from `.data`, scripts, headers and data, which stand
 * beside it and get into the egg only when `top_level.txt` names their directory.
 */
function placeAsPip(paths: readonly string[], topLevels: ReadonlySet<string>): Map<string, string> {
  const library = new Map<string, string>();
  const beside = new Map<string, string>();
  for (const path of paths) {
    const [top = '', scheme = '', ...rest] = path.split('/');
    const place = rest.join('/');
    if (!top.endsWith('.data') || place === '') library.set(path, path);
    else if (scheme === 'purelib' || scheme === 'platlib') library.set(path, place);
    else if (scheme === 'scripts') beside.set(path, `bin/${place}`);
    else if (scheme === 'data' && rest[0] !== 'lib') beside.set(path, place);
  }
  const taken = new Set([...library.values()].map((place) => place.split('/', 1)[0]));
  for (const [path, place] of beside) {
    const [top = ''] = place.split('/', 1);
    // pip does not merge into a directory that the library already has.
    if (topLevels.has(top) && !taken.has(top)) library.set(path, place);
  }
  return library;
}

/** Directories whose only file is an `__init__.py` that declares a namespace lose it (`find_namespace_init_files`). */
function namespaceFiles(installed: ReadonlyMap<string, string>, read: (path: string) => string): Set<string> {
  const filesIn = new Map<string, number>();
  for (const place of installed.values()) {
    const folder = place.slice(0, Math.max(0, place.lastIndexOf('/')));
    filesIn.set(folder, (filesIn.get(folder) ?? 0) + 1);
  }
  const found = new Set<string>();
  for (const [path, place] of installed) {
    if (!place.endsWith('/__init__.py') && place !== '__init__.py') continue;
    const folder = place.slice(0, Math.max(0, place.lastIndexOf('/')));
    if (filesIn.get(folder) === 1 && isNamespaceDeclaration(read(path))) found.add(path);
  }
  return found;
}

/** Byte code beside sources is made anew; a `.pyc` module without source comes along with its top-level package. */
function keepsBytecode(place: string, topLevels: ReadonlySet<string>): boolean {
  if (!/\.py[co]$/.test(place)) return true;
  if (place.startsWith('__pycache__/') || place.includes('/__pycache__/')) return false;
  const slash = place.indexOf('/');
  return slash > 0 && topLevels.has(place.slice(0, slash));
}
