// The installer's settings from `[buildout]` and the section with pins.

import { BuildError, defaultCacheDirectory, expandUser, parseByteSize, pythonRepr, type Where } from '#base';
import { booleanOption, locateOption, type Section } from '#config';
import type { EggCacheSettings, EggSettings } from '#eggs';
import { pythonJoin, type BuildoutHandle } from '#recipes';
import type { BuildoutOptions } from './create-buildout.ts';
import { readSharedSettings } from './shared-settings.ts';
import { splitWords } from './installed-records.ts';
import { readRemoteCacheSettings } from './remote-cache-settings.ts';

export interface Pins {
  readonly pins: ReadonlyMap<string, string>;
  readonly pinOrigins: ReadonlyMap<string, Where>;
}

/** Settings from values as they are written, for recipes that run while `[buildout]` is still being read. */
export function initialEggSettings(
  raw: ReadonlyMap<string, string>,
  options: BuildoutOptions,
  early: { offline: boolean; newest: boolean; pins: ReadonlyMap<string, string> },
): EggSettings {
  const value = (name: string): string => raw.get(name) ?? '';
  return {
    eggsDirectory: versionedEggsDirectory(value, options.python.soabi),
    developEggsDirectory: value('develop-eggs-directory'),
    findLinks: splitWords(value('find-links')),
    indexUrl: value('index').trim() || options.indexUrl,
    allowHosts: splitWords(value('allow-hosts')),
    ...early,
    preferFinal: value('prefer-final') !== 'false',
    allowPicked: value('allow-picked-versions') !== 'false',
    useDependencyLinks: true,
    installFromCache: false,
    allowUnknownExtras: false,
    python: options.python,
    http: options.http,
    report: options.report,
    environment: options.environment,
    signal: options.signal,
    buildIndexUrl: options.indexUrl,
    remoteCache: () => readRemoteCacheSettings(options.environment),
    ...(options.collects === undefined ? {} : { collects: options.collects }),
  };
}

/** `eggs-directory` with its version and ABI tag below it. */
export function versionedEggsDirectory(value: (option: string) => string, soabi: string): string {
  const version = value('eggs-directory-version');
  const directory = version === '' ? value('eggs-directory') : pythonJoin(value('eggs-directory'), version);
  return value('abi-tag-eggs') === 'true' ? pythonJoin(directory, abiTag(soabi)) : directory;
}

/** The ABI tag of PEP 425 from `SOABI`: `cpython-311-x86_64-linux-gnu` is `cp311`. */
function abiTag(soabi: string): string {
  if (soabi.startsWith('cpython-')) return `cp${soabi.split('-')[1] ?? ''}`;
  return soabi.replaceAll(/[.-]/g, '_');
}

/** The section's options as pins, with where they are written. Opening it marks them as used. */
export async function readPins(
  handle: BuildoutHandle,
  sectionName: string,
  annotated?: Annotated,
): Promise<Pins> {
  const section = await handle.sections.open(sectionName);
  const pins = new Map(await section.entries());
  const pinOrigins = new Map<string, Where>();
  for (const option of pins.keys())
    pinOrigins.set(option, locateOption(annotated, { section: sectionName, option }));
  return { pins, pinOrigins };
}

type Annotated = Parameters<typeof locateOption>[0];

/** What `[buildout]` says once its references are replaced; the eggs directory is decided elsewhere. */
export async function readEggSettings(
  main: Section,
  options: BuildoutOptions & { pins: Pins | undefined },
): Promise<Partial<EggSettings>> {
  const preferFinal = await booleanOption(main, 'prefer-final');
  const useDependencyLinks = await booleanOption(main, 'use-dependency-links');
  const index = ((await main.get('index')) ?? '').trim();
  const allowPicked = await booleanOption(main, 'allow-picked-versions');
  const shows = await booleanOption(main, 'show-picked-versions');
  const downloadCache = await main.get('download-cache');
  const eggCache = await readEggCache(main, options);
  const developsAsEggs = await booleanOption(main, 'develop-as-eggs', 'false');
  // A release sets it for recipes that ask; nobody need.
  if (developsAsEggs) await main.get('relative-paths');
  // A release has all its eggs in itself.
  const shared =
    options.collects === undefined ? await readSharedSettings(main, options.environment) : undefined;
  return {
    developEggsDirectory: await main.require('develop-eggs-directory'),
    findLinks: splitWords((await main.get('find-links')) ?? ''),
    indexUrl: index === '' ? options.indexUrl : index,
    allowHosts: splitWords(await main.require('allow-hosts')),
    ...options.pins,
    preferFinal,
    allowPicked,
    useDependencyLinks,
    storeRequiredBy: shows || (await main.require('update-versions-file')) !== '',
    installFromCache: await booleanOption(main, 'install-from-cache'),
    ...(downloadCache === undefined || downloadCache === ''
      ? {}
      : { downloadCache: pythonJoin(await main.require('directory'), downloadCache) }),
    ...(eggCache === undefined ? {} : { eggCache }),
    ...(shared === undefined ? {} : { shared }),
    allowUnknownExtras: await booleanOption(main, 'allow-unknown-extras'),
    developsAsEggs,
  };
}

/** Where the egg cache is and how it is used; `undefined` when it is switched off. */
export async function readEggCache(
  main: Section,
  { environment }: Pick<BuildoutOptions, 'environment'>,
): Promise<EggCacheSettings | undefined> {
  const configured = await main.get('egg-cache');
  if (configured === '') return undefined;
  const link = (await main.get('egg-cache-link')) ?? 'auto';
  const directory =
    configured === undefined
      ? defaultCacheDirectory(environment)
      : pythonJoin(await main.require('directory'), expandUser(configured, environment));
  const name = ((await main.get('egg-cache-environment')) ?? '').trim();
  const limitBytes = await readLimit(main);
  return {
    directory,
    link: isLinkKind(link) ? link : 'auto',
    ...(name === '' ? {} : { environment: name }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

async function readLimit(main: Section): Promise<number | undefined> {
  const text = ((await main.get('egg-cache-size')) ?? '').trim();
  if (text === '') return undefined;
  const bytes = parseByteSize(text);
  if (bytes !== undefined) return bytes;
  throw new BuildError('CONFIG_INVALID_SIZE', `Option \`egg-cache-size\` is no size: ${pythonRepr(text)}`, {
    hint: 'write it as `20G` or `500M`',
    where: { section: 'buildout', option: 'egg-cache-size' },
  });
}

function isLinkKind(text: string): text is NonNullable<EggSettings['eggCache']>['link'] {
  return text === 'auto' || text === 'clone' || text === 'hardlink' || text === 'copy';
}
