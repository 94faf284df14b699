// From a file name and a command line to annotated sections (buildout.py, Buildout.__init__ up to `_annotated`).

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { BuildError, expandUser, homeDirectory, pythonRepr, whileDoing, type Environment } from '#base';
import {
  createValue,
  lastStep,
  setDirectory,
  ValueSource,
  type AnnotatedSection,
  type AnnotatedSections,
  type AnnotatedValue,
} from './annotated.ts';
import type { Assignment, Configuration, ReadConfigurationOptions } from './configuration.ts';
import { createConditionEvaluator } from './evaluate-condition.ts';
import { locateOption } from './locate-option.ts';
import { nearestName } from './nearest-name.ts';
import { openConfiguration, type OpenSettings } from './open-files.ts';
import { absolutePath, baseNameOf, directoryOf, isUrl, joinPath, withoutCredentials } from './python-path.ts';
import { splitWords } from './python-text.ts';
import { updateSections } from './update-sections.ts';

/**
 * Reads the user's defaults, the main file with all it extends, and the command line, and lays them over each other.
 * Fails with "Couldn't open FILE" when the main file is missing; creating it (`init`) is for the caller.
 */
export function readConfiguration(options: ReadConfigurationOptions): Promise<Configuration> {
  return whileDoing('Initializing.', () => readAll(options));
}

async function readAll(options: ReadConfigurationOptions): Promise<Configuration> {
  const file = findMainFile(options);
  const commandLine = annotateAssignments(options.assignments);
  const settings: OpenSettings = {
    options,
    evaluate: createConditionEvaluator(options),
    override: new Map(commandLine.get('buildout')),
    files: [],
  };
  const defaults = createDefaults(options, file);
  const userDefaults = await readUserDefaults(settings, defaults);
  const underlying = { downloadOptions: buildoutOf(updateSections(defaults, userDefaults)), userDefaults };
  let data = defaults;
  if (file !== undefined) {
    const target = { base: directoryOf(file), name: file };
    data = updateSections(data, await openConfiguration(settings, { target, ...underlying }));
  }
  const extended = commandLine.get('buildout')?.get('extends');
  commandLine.get('buildout')?.delete('extends');
  for (const path of splitWords(extended?.value ?? '')) {
    const target = { base: directoryOf(path), name: baseNameOf(path) };
    data = updateSections(data, await openConfiguration(settings, { target, ...underlying }));
  }
  data = updateSections(data, commandLine);
  addVersions(data, options.builtinVersions);
  makeDirectoriesAbsolute(data, options);
  const directory = buildoutOf(data).get('directory')?.value ?? options.cwd;
  return {
    annotated: data,
    directory,
    ...(file === undefined ? {} : { file: withoutCredentials(file) }),
    files: settings.files,
  };
}

function findMainFile({ file, cwd }: ReadConfigurationOptions): string | undefined {
  if (file === undefined || isUrl(file)) return file;
  const path = absolutePath(cwd, file);
  if (existsSync(path)) return path;
  throw new BuildError('CONFIG_NO_FILE', `Couldn't open ${path}`, {
    where: { file: path },
    hint: 'name another file with `-c FILE`, or create one with the command `init`',
  });
}

function createDefaults({ defaults }: ReadConfigurationOptions, file: string | undefined): AnnotatedSections {
  const buildout: AnnotatedSection = new Map();
  for (const [option, value] of Object.entries(defaults)) {
    buildout.set(option, createValue(value, ValueSource.default));
  }
  // A file that came by URL has no directory of its own.
  if (file === undefined) buildout.set('directory', createValue('.', ValueSource.computed));
  else if (!isUrl(file)) buildout.set('directory', createValue(directoryOf(file), ValueSource.computed));
  return new Map([['buildout', buildout]]);
}

function buildoutOf(sections: AnnotatedSections): AnnotatedSection {
  return sections.get('buildout') ?? new Map<string, AnnotatedValue>();
}

/** As in zc.buildout, of two assignments to one option the one that sorts later wins, not the later one. */
function annotateAssignments(assignments: readonly Assignment[]): AnnotatedSections {
  const sections: AnnotatedSections = new Map();
  for (const { section, option, value } of assignments.toSorted(compareAssignments)) {
    const options = sections.get(section) ?? new Map<string, AnnotatedValue>();
    options.set(option, createValue(value, ValueSource.commandLine));
    sections.set(section, options);
  }
  return sections;
}

function compareAssignments(a: Assignment, b: Assignment): number {
  return compare(a.section, b.section) || compare(a.option, b.option) || compare(a.value, b.value);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function userDefaultsFile(environment: Environment): string {
  const home = environment['BUILDOUT_HOME'] ?? joinPath(homeDirectory(environment), '.buildout');
  return joinPath(home, 'default.cfg');
}

async function readUserDefaults(
  settings: OpenSettings,
  defaults: AnnotatedSections,
): Promise<AnnotatedSections> {
  const { userDefaults, environment, cwd } = settings.options;
  const name = userDefaultsFile(environment);
  if (!userDefaults || !existsSync(absolutePath(cwd, name))) return new Map();
  return openConfiguration(settings, {
    // A relative name (BUILDOUT_HOME) is taken from the working directory, not twice from its own.
    target: name.startsWith('/') ? { base: directoryOf(name), name } : { base: '', name },
    downloadOptions: buildoutOf(defaults),
    userDefaults: new Map(),
    isUserDefaults: true,
  });
}

/** What `[versions]` says of buildout itself when nobody says anything. */
function addVersions(data: AnnotatedSections, builtinVersions: Readonly<Record<string, string>>): void {
  const buildout = new Map(buildoutOf(data));
  data.set('buildout', buildout);
  if (!buildout.has('versions')) {
    buildout.set('versions', createValue('versions', ValueSource.default));
    if (!data.has('versions')) data.set('versions', new Map());
  }
  const name = buildout.get('versions')?.value ?? '';
  if (name === '') return;
  const versions = data.get(name);
  if (versions === undefined) throw createMissingVersionsError(data, name);
  const completed = new Map(versions);
  for (const [project, constraint] of Object.entries(builtinVersions)) {
    if (!completed.has(project)) completed.set(project, createValue(constraint, ValueSource.default));
  }
  data.set(name, completed);
}

function createMissingVersionsError(data: AnnotatedSections, name: string): BuildError {
  const nearest = nearestName(name, data.keys());
  return new BuildError(
    'CONFIG_UNKNOWN_SECTION',
    `The referenced section, ${pythonRepr(name)}, was not defined.`,
    {
      where: locateOption(data, { section: 'buildout', option: 'versions' }),
      hint:
        `\`versions\` of \`[buildout]\` names it` +
        (nearest === undefined ? '' : `; did you mean \`${nearest}\`?`),
    },
  );
}

/** Relative to the file that set them; `~` is the user's home. */
function makeDirectoriesAbsolute(data: AnnotatedSections, options: ReadConfigurationOptions): void {
  const buildout = buildoutOf(data);
  for (const name of ['download-cache', 'eggs-directory', 'extends-cache']) {
    const value = buildout.get(name);
    if (value === undefined || value.value.includes('${') || value.value.startsWith('/')) continue;
    const base = baseDirectoryOf(value, name, { buildout, cwd: options.cwd });
    const path = joinPath(base, expandUser(value.value, options.environment));
    buildout.set(name, setDirectory(value, resolve(options.cwd, path)));
  }
}

const ofMainDirectory: ReadonlySet<string> = new Set([
  ValueSource.default,
  ValueSource.computed,
  ValueSource.commandLine,
]);

function baseDirectoryOf(
  value: AnnotatedValue,
  option: string,
  { buildout, cwd }: { buildout: AnnotatedSection; cwd: string },
): string {
  const { source, line } = lastStep(value);
  if (ofMainDirectory.has(source)) return buildout.get('directory')?.value ?? cwd;
  if (!isUrl(source)) return directoryOf(source);
  throw new BuildError(
    'CONFIG_AMBIGUOUS_DIRECTORY',
    `Setting "${option}" to a non absolute location ("${value.value}") within a\n` +
      `remote configuration file ("${source}") is ambiguous.`,
    {
      where: { file: source, ...(line === undefined ? {} : { line }), section: 'buildout', option },
      hint: `set \`${option}\` in a local file, or write \`\${buildout:directory}/${value.value}\``,
    },
  );
}
