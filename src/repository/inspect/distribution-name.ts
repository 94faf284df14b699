// What a file name says, read strictly: it becomes part of URLs and decides which files are the same one.

import {
  canonicalizeName,
  parseEggFilename,
  parseSdistStem,
  parseWheelFilename,
  tryParseVersion,
} from '#standards';
import type { DistributionKind } from '../repository-contract.ts';
import { refusal } from '../refusals.ts';

export interface DistributionName {
  filename: string;
  kind: DistributionKind;
  /** In the normal form of PEP 503. */
  project: string;
  /** In the normal form of PEP 440, or as the name has it. */
  version: string;
  isLegacy: boolean;
  /** Equal for two names that mean the same file: spelling of project and version, case and order of tags aside. */
  key: string;
  /** `py3-none-any` and the like as WHEEL lists them; of wheels only. */
  tags: readonly string[];
  /** Of eggs: `3.11`, `linux-x86_64`. */
  eggPython?: string;
  eggPlatform?: string;
}

const sourceExtensions = ['.tar.gz', '.tgz', '.tar.bz2', '.tar.xz', '.zip', '.tar'];
const longestName = 255;

/**
 * Reads the name of an uploaded file. `project` helps where a name can be read in two ways (`foo-2-1.0.tar.gz`).
 * Fails with a refusal that says what is wrong.
 */
export function readDistributionName(filename: string, project?: string): DistributionName {
  if (filename === '' || filename.length > longestName) {
    throw refusal('file name', `it has ${filename.length} characters, and may have 1 to ${longestName}`);
  }
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.+!-]*$/.test(filename)) {
    throw refusal(
      'file name',
      `\`${printable(filename)}\` has characters other than letters, digits and \`. _ - + !\``,
    );
  }
  if (filename.endsWith('.whl')) return readWheelName(filename);
  if (filename.endsWith('.egg')) return readEggName(filename);
  const extension = sourceExtensions.find((extension) => filename.endsWith(extension));
  if (extension !== undefined) return readSdistName(filename, extension, project);
  throw refusal(
    'file name',
    `\`${filename}\` is no wheel (.whl), egg (.egg) or source archive (${sourceExtensions.join(' ')})`,
  );
}

/** Names go into error texts that become headers and log lines. */
export function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
}

function readWheelName(filename: string): DistributionName {
  const wheel = parseWheelFilename(filename);
  if (wheel === undefined) {
    const [, version = ''] = filename.split('-');
    const hint = tryParseVersion(version) === undefined ? spellingHint(version) : undefined;
    throw refusal(
      'file name',
      `\`${filename}\` is not the name of a wheel: name-version[-build]-python-abi-platform.whl`,
      hint,
    );
  }
  const { pythons, abis, platforms, build = '' } = wheel;
  if (pythons.length * abis.length * platforms.length > 1000) {
    throw refusal('file name', `\`${filename.slice(0, 60)}…\` has more than 1000 tags`);
  }
  const tags = pythons.flatMap((python) =>
    abis.flatMap((abi) => platforms.map((platform) => `${python}-${abi}-${platform}`)),
  );
  const rest = `${build.toLowerCase()} ${[...new Set(tags)].sort().join(' ')}.whl`;
  return { ...named(wheel.project, wheel.version, rest), filename, kind: 'wheel', tags };
}

function readEggName(filename: string): DistributionName {
  // pkg_resources writes dashes of name and version as underscores: `1.0_r1234` was `1.0-r1234`.
  const egg = parseEggFilename(filename);
  if (egg === undefined) {
    throw refusal(
      'file name',
      `\`${filename}\` is not the name of an egg: name-version[-pyX.Y[-platform]].egg`,
    );
  }
  const { project, version, python, platform } = egg;
  if (python !== undefined && !/^\d+(?:\.\d+)?$/.test(python)) {
    throw refusal('file name', `\`${filename}\` names the Python \`${python}\`, which is no version`);
  }
  const rest = `${python ?? ''} ${(platform ?? '').toLowerCase()}.egg`;
  return {
    ...named(project, version, rest),
    filename,
    kind: 'egg',
    tags: [],
    ...(python !== undefined && { eggPython: python }),
    ...(platform !== undefined && { eggPlatform: platform }),
  };
}

function readSdistName(filename: string, extension: string, project?: string): DistributionName {
  const stem = filename.slice(0, -extension.length);
  const parsed = parseSdistStem(stem, project) ?? legacyStem(stem, project);
  if (parsed === undefined) {
    throw refusal(
      'file name',
      `\`${filename}\` is not the name of a source archive: name-version${extension}`,
    );
  }
  const rest = extension === '.tgz' ? '.tar.gz' : extension;
  return { ...named(parsed.project, parsed.version, rest), filename, kind: 'sdist', tags: [] };
}

/** `demo-dev.tar.gz` of old: no digit begins the version, so only the project's name tells where it starts. */
function legacyStem(stem: string, project?: string): { project: string; version: string } | undefined {
  if (project === undefined || stem.length <= project.length + 1) return undefined;
  const name = stem.slice(0, project.length);
  const isOurs = canonicalizeName(name) === canonicalizeName(project) && stem.charAt(project.length) === '-';
  return isOurs ? { project: name, version: stem.slice(project.length + 1) } : undefined;
}

type Named = Pick<DistributionName, 'project' | 'version' | 'isLegacy' | 'key'>;

function named(project: string, text: string, rest: string): Named {
  if (!isProjectName(project)) {
    throw refusal('file name', `\`${printable(project)}\` is not the name of a project`);
  }
  const name = canonicalizeName(project);
  const version = tryParseVersion(text);
  const versionKey = version?.key ?? `? ${text.toLowerCase()}`;
  return {
    project: name,
    version: version?.normalized ?? text,
    isLegacy: version === undefined,
    key: `${name} ${versionKey} ${rest}`,
  };
}

/** The names of PEP 508. */
export function isProjectName(name: string): boolean {
  return name.length <= 100 && /^(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])$/.test(name);
}

/** The valid spelling of a version that is outside PEP 440. */
export function spellingHint(version: string): string {
  return `PEP 440 spells \`${printable(version)}\` as \`${validSpelling(version)}\`: give the release that version`;
}

function validSpelling(version: string): string {
  const lower = version.toLowerCase().replace(/^v/, '');
  const [, release = '0', rest = ''] = /^(\d+(?:\.\d+)*)?(.*)$/s.exec(lower) ?? [];
  if (/^[-._]?(?:snapshot|dev|trunk|unstable)/.test(rest)) return `${release}.dev0`;
  const local = rest.replaceAll(/[^a-z0-9]+/g, '.').replaceAll(/^\.+|\.+$/g, '');
  return local === '' ? release : `${release}+${local}`;
}
