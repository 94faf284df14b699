// Distributions made at test time: wheels and eggs need no Python, sdists carry their own build back end that needs
// nothing but the standard library. Give a directory, get the path of the file.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';

import { createTar, createZip, memberOf, type NewMember } from '#archive';

export interface DistributionToBuild {
  name: string;
  version: string;
  /** `Requires-Dist` lines; with `; extra == "x"` for extras. */
  requires?: readonly string[];
  extras?: readonly string[];
  requiresPython?: string;
  /** The text of entry_points.txt. */
  entryPoints?: string;
  /** Files by path; default: one module named after the project. */
  files?: Readonly<Record<string, string>>;
  /** More metadata files by name: `namespace_packages.txt`, `dependency_links.txt`. */
  metadata?: Readonly<Record<string, string>>;
}

export interface WheelToBuild extends DistributionToBuild {
  /** Default `py3-none-any`. */
  tag?: string;
}

export interface EggToBuild extends DistributionToBuild {
  /** `3.11`; no default: an egg without one fits any Python. */
  python?: string;
  platform?: string;
}

/** Writes `name-version-tag.whl` into `directory`; its path. */
export function buildWheel(directory: string, wheel: WheelToBuild): string {
  const tag = wheel.tag ?? 'py3-none-any';
  const stem = `${fileName(wheel.name)}-${wheel.version}`;
  const distInfo = `${stem}.dist-info`;
  const files = new Map(Object.entries(filesOf(wheel)));
  for (const [name, text] of Object.entries(wheel.metadata ?? {})) files.set(`${distInfo}/${name}`, text);
  if (wheel.entryPoints !== undefined) files.set(`${distInfo}/entry_points.txt`, wheel.entryPoints);
  files.set(`${distInfo}/top_level.txt`, topLevelOf(wheel));
  files.set(`${distInfo}/METADATA`, coreMetadata(wheel));
  files.set(
    `${distInfo}/WHEEL`,
    `Wheel-Version: 1.0\nGenerator: clutch-tests\nRoot-Is-Purelib: ${tag.endsWith('-any')}\nTag: ${tag}\n`,
  );
  const record = [...files].map(
    ([path, text]) => `${path},sha256=${digestOf(text)},${Buffer.byteLength(text)}`,
  );
  files.set(`${distInfo}/RECORD`, [...record, `${distInfo}/RECORD,,`, ''].join('\n'));
  return write(join(directory, `${stem}-${tag}.whl`), createZip(membersOf(files), { keepOrder: true }));
}

/** Writes `Name-version[-pyX.Y[-platform]].egg` (zipped, with EGG-INFO) into `directory`; its path. */
export function buildEggFile(directory: string, egg: EggToBuild): string {
  return write(join(directory, eggName(egg)), createZip(membersOf(eggMembers(egg))));
}

/** The same, unpacked. */
export function buildEggDirectory(directory: string, egg: EggToBuild): string {
  const target = join(directory, eggName(egg));
  for (const [path, text] of eggMembers(egg)) write(join(target, path), text);
  return target;
}

/** An egg as zc.buildout 6 lays it out: a directory with a `.dist-info` of the egg's own name. */
export function buildInstalledEgg(directory: string, egg: EggToBuild): string {
  const target = join(directory, eggName(egg));
  const distInfo = join(target, eggName(egg).replace(/\.egg$/, '.dist-info'));
  for (const [path, text] of Object.entries(filesOf(egg))) write(join(target, path), text);
  for (const [name, text] of Object.entries(egg.metadata ?? {})) write(join(distInfo, name), text);
  if (egg.entryPoints !== undefined) write(join(distInfo, 'entry_points.txt'), egg.entryPoints);
  write(join(distInfo, 'METADATA'), coreMetadata(egg));
  return target;
}

/** Writes `name-version.tar.gz` into `directory`; building it needs a Python and nothing else. */
export async function buildSdistFile(directory: string, sdist: DistributionToBuild): Promise<string> {
  const stem = `${fileName(sdist.name)}-${sdist.version}`;
  const members = [...sdistMembers(sdist)].map(([path, text]) => memberOf(`${stem}/${path}`, text));
  return write(join(directory, `${stem}.tar.gz`), await createTar(members, 'gzip'));
}

/** The same as a checkout: a directory with `pyproject.toml`. */
export function writeCheckout(directory: string, project: DistributionToBuild): string {
  for (const [path, text] of sdistMembers(project)) write(join(directory, path), text);
  return directory;
}

function sdistMembers(sdist: DistributionToBuild): Map<string, string> {
  const wheelFiles = JSON.stringify({
    stem: `${fileName(sdist.name)}-${sdist.version}`,
    files: filesOf(sdist),
    metadata: {
      ...sdist.metadata,
      ...(sdist.entryPoints === undefined ? {} : { 'entry_points.txt': sdist.entryPoints }),
      'top_level.txt': topLevelOf(sdist),
      METADATA: coreMetadata(sdist),
    },
  });
  return new Map([
    ['PKG-INFO', coreMetadata(sdist)],
    ['pyproject.toml', '[build-system]\nrequires = []\nbuild-backend = "back_end"\nbackend-path = ["."]\n'],
    ['back_end.py', backEnd],
    ['wheel.json', wheelFiles],
    ...Object.entries(filesOf(sdist)),
  ]);
}

const backEnd = `
import base64, hashlib, json, os, zipfile

def _content():
    with open(os.path.join(os.path.dirname(__file__), 'wheel.json')) as file:
        return json.load(file)

def build_wheel(directory, config_settings=None, metadata_directory=None):
    content = _content()
    info = content['stem'] + '.dist-info'
    files = dict(content['files'])
    files.update({info + '/' + name: text for name, text in content['metadata'].items()})
    files[info + '/WHEEL'] = 'Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n'
    rows = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')
        rows.append('%s,sha256=%s,%d' % (path, digest, len(text.encode())))
    files[info + '/RECORD'] = '\\n'.join(rows + [info + '/RECORD,,', ''])
    name = content['stem'] + '-py3-none-any.whl'
    with zipfile.ZipFile(os.path.join(directory, name), 'w') as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return name

def build_editable(directory, config_settings=None, metadata_directory=None):
    return build_wheel(directory)
`;

function eggMembers(egg: EggToBuild): Map<string, string> {
  const members = new Map(Object.entries(filesOf(egg)));
  const common = (egg.requires ?? []).filter((line) => !line.includes('extra =='));
  const sections = (egg.extras ?? []).map((extra) => {
    const own = (egg.requires ?? []).filter((line) => line.includes(`extra == "${extra}"`));
    return `\n[${extra}]\n${own.map((line) => line.split(';')[0]?.trim()).join('\n')}\n`;
  });
  members.set('EGG-INFO/PKG-INFO', coreMetadata(egg));
  members.set('EGG-INFO/requires.txt', [common.join('\n'), ...sections].join('\n'));
  members.set('EGG-INFO/top_level.txt', topLevelOf(egg));
  if (egg.entryPoints !== undefined) members.set('EGG-INFO/entry_points.txt', egg.entryPoints);
  for (const [name, text] of Object.entries(egg.metadata ?? {})) members.set(`EGG-INFO/${name}`, text);
  return members;
}

function eggName({ name, version, python, platform }: EggToBuild): string {
  const tags = [python === undefined ? '' : `-py${python}`, platform === undefined ? '' : `-${platform}`];
  return `${name.replaceAll('-', '_')}-${version}${tags.join('')}.egg`;
}

function coreMetadata(dist: DistributionToBuild): string {
  const { name, version, requires = [], extras = [], requiresPython } = dist;
  return [
    'Metadata-Version: 2.1',
    `Name: ${name}`,
    `Version: ${version}`,
    ...(requiresPython === undefined ? [] : [`Requires-Python: ${requiresPython}`]),
    ...extras.map((extra) => `Provides-Extra: ${extra}`),
    ...requires.map((line) => `Requires-Dist: ${line}`),
    '',
    'A distribution made by a test.',
    '',
  ].join('\n');
}

function filesOf({ name, version, files }: DistributionToBuild): Readonly<Record<string, string>> {
  return files ?? { [`${moduleName(name)}.py`]: `version = '${version}'\n` };
}

function topLevelOf(dist: DistributionToBuild): string {
  const tops = Object.keys(filesOf(dist)).map((path) => (path.split('/')[0] ?? '').replace(/\.py$/, ''));
  return `${[...new Set(tops)].join('\n')}\n`;
}

function moduleName(name: string): string {
  return name.replaceAll(/[-.]/g, '_');
}

function fileName(name: string): string {
  return name.replaceAll('-', '_');
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function membersOf(files: ReadonlyMap<string, string>): NewMember[] {
  return [...files].map(([path, text]) => memberOf(path, text));
}

function write(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}
