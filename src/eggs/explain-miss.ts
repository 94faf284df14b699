// Why the egg cache has no egg for a project that this buildout could use, or which one it has. Decided from what each
// entry says about the request it was made for; no index is asked.

import { canonicalizeName, compareVersions, tryParseVersion } from '#standards';
import { normalizePins } from '#resolver';
import { loadRemoteCache, openCatalog, type CatalogEntry, type EggCache, type Json } from '#store';

import { noCompiler } from './build-environment.ts';
import { asBuildRecord, pinsOn, pythonKey, type RequestContext } from './egg-request.ts';
import { createEggRun } from './egg-run.ts';
import type { EggSettings } from './eggs-contract.ts';

export interface MissExplanation {
  project: string;
  /** The pin of this buildout. */
  pin?: string;
  /** Eggs of the project in the eggs directory: they are used, and the cache is not asked. */
  installed: readonly string[];
  /** The files that the index offered for the pin when it was asked last, by name. */
  offered: readonly string[];
  entries: readonly ExplainedEntry[];
  /** What the remote cache said when the last run that used one asked it for the project. */
  remote: readonly RemoteExplanation[];
}

export interface RemoteExplanation {
  url: string;
  /** ISO 8601. */
  time: string;
  /** The source that the egg was to be made of. */
  file: string;
  outcome: 'hit' | 'miss' | 'error' | 'rejected';
  detail: string;
}

export interface ExplainedEntry {
  buildKey: string;
  eggName: string;
  /** The file it was made of. */
  file?: string;
  /** What speaks against it, one sentence each; none: it would be used. */
  differences: readonly string[];
}

/** What the cache has for `project`, and why each entry is or is not used here. */
export async function explainMiss(settings: EggSettings, project: string): Promise<MissExplanation> {
  const run = createEggRun(settings);
  const cache = run.cache();
  const pins = normalizePins(settings.pins);
  const name = canonicalizeName(project);
  const pin = pins.get(name);
  const context = run.request(pins);
  const files = cache?.records.find(settings.indexUrl, project, pin ?? '') ?? [];
  const hashes = new Map(files.map(({ filename, sha256 }) => [sha256, filename]));
  const catalog = cache && openCatalog({ directory: cache.directory, report: settings.report });
  const entries: ExplainedEntry[] = [];
  for (const entry of catalog?.entriesOf(project) ?? []) {
    if (cache === undefined || catalog === undefined) break;
    const { request } = entry.egg.manifest;
    const differences = [
      ...differsFromPin(entry, pin),
      ...differsInFile(request, hashes),
      ...(await differsInRequest(entry, context)),
      ...lacksLibraries(entry, cache),
      ...catalog.verify(entry).map((problem) => `is damaged: ${problem}`),
    ];
    const file = textOf(request, 'file');
    const { eggName } = entry.egg.manifest;
    entries.push({ buildKey: entry.buildKey, eggName, differences, ...(file === undefined ? {} : { file }) });
  }
  const eggs = run.eggsDirectory(settings.eggsDirectory).find(name);
  return {
    project,
    ...(pin === undefined ? {} : { pin }),
    installed: eggs.map(({ location }) => location),
    offered: files.map(({ filename }) => filename),
    entries,
    remote: cache === undefined ? [] : await remoteAnswers(cache, name),
  };
}

async function remoteAnswers({ directory }: EggCache, name: string): Promise<RemoteExplanation[]> {
  const report = (await loadRemoteCache()).readRemoteReport(directory);
  if (report === undefined) return [];
  const { url, time, answers } = report;
  return answers
    .filter(({ project }) => canonicalizeName(project) === name)
    .map(({ file, outcome, detail }) => ({ url, time, file, outcome, detail }));
}

function differsFromPin({ egg }: CatalogEntry, pin: string | undefined): string[] {
  const pinned = pin === undefined ? undefined : tryParseVersion(pin.replace(/^==\s*/, ''));
  if (pinned === undefined) return [];
  const version = tryParseVersion(egg.manifest.version);
  if (version !== undefined && compareVersions(version, pinned) === 0) return [];
  return [`is version ${egg.manifest.version}, and ${pin} is pinned`];
}

function differsInFile(request: Json | undefined, offered: ReadonlyMap<string, string>): string[] {
  const sha256 = textOf(request, 'sha256');
  if (sha256 === undefined || offered.size === 0 || offered.has(sha256)) return [];
  return [
    `was made of ${textOf(request, 'file') ?? 'a file'} (sha256 ${sha256}), which the index does not offer`,
  ];
}

async function differsInRequest({ egg }: CatalogEntry, context: RequestContext): Promise<string[]> {
  const { request, used } = egg.manifest;
  const found: string[] = [];
  const python = textOf(request, 'python');
  const ours = pythonKey(context.python);
  if (python !== undefined && python !== ours)
    found.push(`was made for the Python ${python}, and this one is ${ours}`);
  const environment = fieldOf(request, 'environment');
  if (environment !== undefined)
    found.push(...compareFacts(...asHere(egg, environment, await context.buildEnvironment())));
  if (fieldOf(request, 'buildExt') !== undefined)
    found.push('was built with options for its extensions: only such a part uses it');
  const record = asBuildRecord(used);
  if (record !== undefined)
    found.push(...comparePins(record.pins, pinsOn(Object.keys(record.requirements), context)));
  return found;
}

/** Where there is no compiler, what was compiled by any is used, if it was filed for that. */
function asHere({ manifest }: CatalogEntry['egg'], then: Json, now: Json): [then: Json, now: Json] {
  const isFiledFor = manifest.requestKeys.length > 1 && fieldOf(now, 'compiler') === noCompiler;
  if (!isFiledFor || typeof then !== 'object') return [then, now];
  return [{ ...(then as Readonly<Record<string, Json>>), compiler: noCompiler }, now];
}

function compareFacts(then: Json, now: Json, prefix = ''): string[] {
  const names = new Set([...namesOf(then), ...namesOf(now)]);
  return [...names].sort().flatMap((name) => {
    const [was, is] = [fieldOf(then, name), fieldOf(now, name)];
    if (name === 'variables') return compareFacts(was ?? {}, is ?? {}, 'variable ');
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return [`was built where ${prefix}${name} is ${shown(was)}, and here it is ${shown(is)}`];
  });
}

function comparePins(
  then: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): string[] {
  const names = new Set([...Object.keys(then), ...Object.keys(now)]);
  return [...names].sort().flatMap((name) => {
    if (then[name] === now[name]) return [];
    const said = (pin: string | undefined): string => (pin === undefined ? 'not pinned' : `pinned to ${pin}`);
    return [`was built with ${name} ${said(then[name])}, and now it is ${said(now[name])}`];
  });
}

function lacksLibraries({ egg }: CatalogEntry, cache: EggCache): string[] {
  return cache
    .missingLibraries(egg.manifest)
    .map((soname) => `needs the shared library ${soname}, which this machine does not have`);
}

function shown(value: Json | undefined): string {
  if (value === undefined) return 'not set';
  return typeof value === 'string' ? `\`${value}\`` : JSON.stringify(value);
}

function namesOf(value: Json): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Reflect.get(value, name) as Json | undefined;
}

function textOf(value: Json | undefined, name: string): string | undefined {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : undefined;
}
