// What a source checkout says about itself without being built: `[project]` of pyproject.toml, PKG-INFO of an earlier
// build, setup.cfg, or the plain literals of setup.py.

import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BuildError, hasCode, tryReadText } from '#base';
import type { Checkout } from '#eggs';
import { parseCoreMetadata, parseRequiresTxt } from '#standards';

/** High enough for any lower bound. */
const unknownVersion = '9999';

/** Undefined: it has to be built to know what it is. `complete` false: what it requires is a guess. */
export async function readCheckout(
  path: string,
): Promise<(Checkout & { readonly complete: boolean }) | undefined> {
  const directory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : dirname(path);
  const said = (await readPyproject(directory)) ?? readEggInfo(directory) ?? readSetup(directory);
  return said === undefined ? undefined : { directory, ...said };
}

type Said = Omit<Checkout, 'directory'> & { complete: boolean };

async function readPyproject(directory: string): Promise<Said | undefined> {
  const text = tryReadText(join(directory, 'pyproject.toml'), 'EACCES');
  if (text === undefined || !/^\[project\]/m.test(text)) return undefined;
  const { parse, TomlError } = await import('smol-toml');
  try {
    const project = asTable(parse(text)['project']);
    const name = project['name'];
    if (typeof name !== 'string') return undefined;
    const dynamic = asStrings(project['dynamic']);
    const scripts = Object.entries(asTable(project['scripts'])).map(
      ([script, call]) => `${script} = ${String(call)}`,
    );
    return {
      project: name,
      version: typeof project['version'] === 'string' ? project['version'] : unknownVersion,
      requires: asStrings(project['dependencies']),
      entryPoints: scripts.length === 0 ? '' : `[console_scripts]\n${scripts.join('\n')}\n`,
      complete: !['dependencies', 'version', 'entry-points', 'scripts'].some((key) => dynamic.includes(key)),
    };
  } catch (error) {
    if (error instanceof TomlError) return undefined;
    throw error;
  }
}

function asTable(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function asStrings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** An earlier build may be older than the checkout; an unpacked sdist has its PKG-INFO at the top. */
function readEggInfo(directory: string): Said | undefined {
  for (const place of [...eggInfosIn(directory), ...eggInfosIn(join(directory, 'src')), directory]) {
    const text = tryReadText(join(place, 'PKG-INFO'), 'EACCES');
    if (text === undefined) continue;
    try {
      const { name: project, version, requiresDist } = parseCoreMetadata(text);
      const listed = tryReadText(join(place, 'requires.txt'), 'EACCES');
      const requires = listed === undefined ? requiresDist : parseRequiresTxt(listed);
      const entryPoints = tryReadText(join(place, 'entry_points.txt'), 'EACCES') ?? '';
      return { project, version, requires, entryPoints, complete: false };
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
    }
  }
  return undefined;
}

function eggInfosIn(directory: string): string[] {
  return listNames(directory)
    .filter((entry) => entry.endsWith('.egg-info'))
    .map((name) => join(directory, name));
}

function readSetup(directory: string): Said | undefined {
  const script = tryReadText(join(directory, 'setup.py'), 'EACCES') ?? '';
  const settings = tryReadText(join(directory, 'setup.cfg'), 'EACCES') ?? '';
  const literal = (name: string): string | undefined =>
    new RegExp(`\\b${name}\\s*=\\s*['"]([^'"]+)['"]`).exec(script)?.[1] ??
    new RegExp(`^${name}\\s*=\\s*([^\\s:]+)\\s*$`, 'm').exec(settings)?.[1];
  const project = literal('name') ?? (script === '' && settings === '' ? undefined : basename(directory));
  if (project === undefined) return undefined;
  const list = /install_requires\s*=\s*\[((?:[^\]'"]|'[^']*'|"[^"]*")*)\]/.exec(script)?.[1] ?? '';
  const requires = [...list.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, one, other]) => one ?? other ?? '');
  return {
    project,
    version: literal('version') ?? unknownVersion,
    requires,
    entryPoints: '',
    complete: false,
  };
}

function listNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}
