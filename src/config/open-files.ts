// One configuration file and all it extends, laid over each other (buildout.py, _open). Depth first; what stands
// later in `extends` wins, the file itself wins over all.

import { existsSync, readFileSync } from 'node:fs';
import { BuildError, hasCode, pythonRepr, type Where } from '#base';
import type { AnnotatedSection, AnnotatedSections, AnnotatedValue } from './annotated.ts';
import { parseBoolean } from './boolean-option.ts';
import type { ConfigurationFile, EvaluateCondition, ReadConfigurationOptions } from './configuration.ts';
import { locateOption } from './locate-option.ts';
import { openRemoteFile } from './open-remote-file.ts';
import { parseWithConditions } from './parse-configuration-text.ts';
import type { ParsedSections } from './parse-sections.ts';
import { absolutePath, directoryOf, isUrl, joinPath, withoutCredentials } from './python-path.ts';
import { splitWords, universalNewlines } from './python-text.ts';
import { updateSection, updateSections } from './update-sections.ts';

/** What all files of one run share. */
export interface OpenSettings {
  options: ReadConfigurationOptions;
  evaluate: EvaluateCondition;
  /** `[buildout]` of the command line: it decides how files are fetched, before anything else. */
  override: AnnotatedSection;
  /** What was read so far. */
  files: ConfigurationFile[];
}

/** One chain of files: a main file, the user's defaults, or a file that the command line extends. */
interface Chain {
  readonly settings: OpenSettings;
  readonly isUserDefaults: boolean;
  /** Names of the files being read, outermost first. */
  readonly seen: string[];
  /** The same files, each under one name however it was reached. */
  readonly places: string[];
  readonly downloaded: Set<string>;
  downloadOptions: AnnotatedSection;
  /** Laid under the first file that extends nothing, then empty. */
  userDefaults: AnnotatedSections;
}

interface OpenTarget {
  /** The directory or URL that `name` is relative to. */
  base: string;
  name: string;
  /** Where the file is named. */
  namedBy?: Where;
}

export interface OpenConfigurationOptions {
  target: OpenTarget;
  isUserDefaults?: boolean;
  downloadOptions: AnnotatedSection;
  userDefaults: AnnotatedSections;
}

/** The sections of a file with all it extends. */
export async function openConfiguration(
  settings: OpenSettings,
  { target, downloadOptions, userDefaults, isUserDefaults = false }: OpenConfigurationOptions,
): Promise<AnnotatedSections> {
  const chain: Chain = {
    settings,
    isUserDefaults,
    seen: [],
    places: [],
    downloaded: new Set(),
    downloadOptions,
    userDefaults,
  };
  const layers = await openLayers(chain, target);
  return layers.reduce<AnnotatedSections>((result, layer) => updateSections(result, layer), new Map());
}

/** The sections of the file and of those below it, in the order in which they are laid over each other. */
async function openLayers(chain: Chain, target: OpenTarget): Promise<AnnotatedSections[]> {
  const file = await openFile(chain, target);
  if (isBeingRead(chain, file)) throw createRecursionError(chain, file.source, target);
  const isRoot = chain.seen.length === 0;
  chain.seen.push(file.source);
  chain.places.push(file.place);
  let sections = annotate(await parseFile(chain, file), file.source);
  const buildout: AnnotatedSection = sections.get('buildout') ?? new Map<string, AnnotatedValue>();
  const extended = takeOption(buildout, 'extends');
  noteFile(chain, file, extended);
  refuseExtendedBy(buildout, file.source);
  if (isRoot) chain.downloadOptions = updateSection(chain.downloadOptions, buildout);
  const layers: AnnotatedSections[] = [];
  if (extended !== undefined && extended.value !== '') {
    for (const name of splitWords(extended.value)) {
      layers.push(
        ...(await openLayers(chain, { base: file.base, name, namedBy: placeOf(extended, 'extends') })),
      );
    }
  } else if (chain.userDefaults.size > 0) {
    sections = updateSections(chain.userDefaults, sections);
    chain.userDefaults = new Map();
  }
  const optional = takeOption(buildout, 'optional-extends');
  for (const name of splitWords(optional?.value ?? '')) {
    // As in zc.buildout (buildout.py, _open): looked up from the working directory, opened from the file's.
    if (existsSync(absolutePath(chain.settings.options.cwd, name))) {
      layers.push(...(await openLayers(chain, { base: file.base, name })));
    } else {
      chain.settings.options.report({ type: 'print', text: `optional-extends file not found: ${name}\n` });
    }
  }
  layers.push(sections);
  chain.seen.pop();
  chain.places.pop();
  return layers;
}

function noteFile(chain: Chain, { source, remote }: OpenedFile, extended: AnnotatedValue | undefined): void {
  const line = extended?.history[0]?.line;
  const names = extended && { text: extended.value, ...(line === undefined ? {} : { line }) };
  const { isUserDefaults } = chain;
  chain.settings.files.push({ source, remote, isUserDefaults, ...(names && { extends: names }) });
}

function takeOption(section: AnnotatedSection, option: string): AnnotatedValue | undefined {
  const value = section.get(option);
  section.delete(option);
  return value;
}

/** Deeper than anybody's configuration: a server may make up new names for ever. */
const deepest = 200;

/** zc.buildout compares names as written, and goes round `a/../a/../…` until the system refuses. */
function isBeingRead(chain: Chain, { source, place }: OpenedFile): boolean {
  return chain.seen.includes(source) || chain.places.includes(place) || chain.seen.length >= deepest;
}

interface OpenedFile {
  text: string;
  /** The name as it is known to values: a path or a URL without credentials. */
  source: string;
  /** One name for it, whatever `..` it was reached by. */
  place: string;
  /** What parsing errors call it. */
  shown: string;
  /** What files it extends are relative to. */
  base: string;
  remote: boolean;
}

async function openFile(chain: Chain, target: OpenTarget): Promise<OpenedFile> {
  const { base, name } = target;
  const options = updateSection(chain.downloadOptions, chain.settings.override);
  const newest = parseBoolean('newest', options.get('newest')?.value ?? 'false', locate(options, 'newest'));
  const fallback = newest && !chain.downloaded.has(name);
  refuseReferenceInCache(options);
  if (isUrl(name)) return openUrl(chain, name, { options, fallback });
  if (isUrl(base) && !name.startsWith('/')) return openUrl(chain, `${base}/${name}`, { options, fallback });
  const path = joinPath(base, name);
  const { cwd } = chain.settings.options;
  const text = decode(readLocalFile(absolutePath(cwd, path), target), path);
  chain.downloaded.add(path);
  return {
    text,
    source: path,
    place: absolutePath(cwd, path),
    shown: path,
    base: directoryOf(path),
    remote: false,
  };
}

async function openUrl(
  chain: Chain,
  url: string,
  { options, fallback }: { options: AnnotatedSection; fallback: boolean },
): Promise<OpenedFile> {
  const value = (option: string): string | undefined => options.get(option)?.value;
  const { options: run } = chain.settings;
  const { content, place } = await openRemoteFile(url, {
    cache: value('extends-cache'),
    directory: value('directory') ?? '',
    offline: value('offline') === 'true' || value('install-from-cache') === 'true',
    fallback,
    cwd: run.cwd,
    fetchRemote: (url) => run.fetchRemote(url),
    readOnly: run.readOnly ?? false,
    report: run.report,
  });
  chain.downloaded.add(url);
  const source = withoutCredentials(url);
  const shown = `${source} (downloaded as ${place})`;
  return {
    text: decode(content, source),
    source,
    place: URL.canParse(source) ? new URL(source).href : source,
    shown,
    base: url.slice(0, url.lastIndexOf('/')),
    remote: true,
  };
}

function readLocalFile(path: string, target: OpenTarget): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES')) throw error;
    const by = target.namedBy;
    throw new BuildError('CONFIG_NO_FILE', `Couldn't open ${path}`, {
      where: by ?? { file: path },
      cause: error,
      ...(by === undefined ? {} : { hint: `\`extends\` names it as \`${target.name}\`` }),
    });
  }
}

function decode(content: Uint8Array, file: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    return universalNewlines(text);
  } catch (error) {
    if (!hasCode(error, 'ERR_ENCODING_INVALID_ENCODED_DATA')) throw error;
    throw new BuildError('CONFIG_NOT_UTF8', `${file} is not UTF-8 text`, {
      where: { file },
      hint: 'save the file as UTF-8, or see whether it is what it should be',
    });
  }
}

async function parseFile(chain: Chain, file: OpenedFile): Promise<ParsedSections> {
  const { evaluate, options } = chain.settings;
  return parseWithConditions(file.text, {
    fileName: file.shown,
    source: file.source,
    remote: file.remote,
    evaluate: async (condition) => {
      const holds = await evaluate(condition);
      if (!holds) {
        const text = `Ignoring section ${pythonRepr(condition.section)} with [expression]: ${pythonRepr(condition.expression)}`;
        options.report({ type: 'log', level: 'debug', text });
      }
      return holds;
    },
  });
}

function annotate(parsed: ParsedSections, source: string): AnnotatedSections {
  const sections: AnnotatedSections = new Map();
  for (const [name, options] of parsed) {
    const section: AnnotatedSection = new Map();
    for (const [option, { value, line }] of options) {
      section.set(option, { value, history: [{ operation: 'SET', value, source, line }] });
    }
    sections.set(name, section);
  }
  return sections;
}

function createRecursionError(chain: Chain, source: string, target: OpenTarget): BuildError {
  const seen = `[${chain.seen.map(pythonRepr).join(', ')}]`;
  return new BuildError('CONFIG_RECURSIVE_EXTENDS', `Recursive file include ${seen} ${source}`, {
    where: target.namedBy ?? { file: source },
    hint: `${[...chain.seen, source].join(' extends ')}: remove one of them`,
  });
}

function refuseExtendedBy(buildout: AnnotatedSection, source: string): void {
  const value = buildout.get('extended-by');
  if (value === undefined) return;
  throw new BuildError('CONFIG_EXTENDED_BY', `No-longer supported "extended-by" option found in ${source}.`, {
    where: placeOf(value, 'extended-by'),
    hint: 'name this file in the `extends` of the other one',
  });
}

/** Which files there are must be known before references can be followed. */
function refuseReferenceInCache(options: AnnotatedSection): void {
  const value = options.get('extends-cache');
  const reference = value?.value.indexOf('${') ?? -1;
  if (value === undefined || reference === -1 || !value.value.includes('}', reference)) return;
  throw new BuildError(
    'CONFIG_EXTENDS_CACHE_REFERENCE',
    `ValueError: extends-cache '${value.value}' may not contain \${section:variable} to expand.`,
    { where: placeOf(value, 'extends-cache') },
  );
}

function placeOf(value: AnnotatedValue, option: string): Where {
  return locate(new Map([[option, value]]), option);
}

function locate(section: AnnotatedSection, option: string): Where {
  return locateOption(new Map([['buildout', section]]), { section: 'buildout', option });
}
