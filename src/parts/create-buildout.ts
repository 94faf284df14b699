// From a configuration to a run: settings, directories, the installer (buildout.py, Buildout.__init__ after the files
// are read), and the object with a method per command.

import {
  booleanOption,
  createSections,
  defaultOptions,
  parseBoolean,
  rawSections,
  type Configuration,
} from '#config';
import { createEggInstaller, type CollectSettings, type EggInstaller, type EggSettings } from '#eggs';
import {
  createRecipeHost,
  fetchReferenceDistribution,
  loadRecipe,
  pythonJoin,
  splitRecipe,
  type BuildoutHandle,
  type RecipeHost,
} from '#recipes';
import { BuildError, pythonRepr, type Environment, type Report } from '#base';
import { annotate, query } from './answer-questions.ts';
import { bootstrap } from './bootstrap.ts';
import { rememberCreated } from './call-recipe.ts';
import { initialEggSettings, readEggSettings, readPins } from './egg-settings.ts';
import { install } from './install.ts';
import { parseInteger, readLogSettings } from './log-settings.ts';
import { locateRequirement } from './locate-requirement.ts';
import { log, type MutableHandle, type Run } from './run-state.ts';
import { runSetupScript } from './run-setup-script.ts';
import { makeCacheDirectories, settleEggsDirectory } from './set-up-directories.ts';
import { realpathOfExecutable } from './real-executable.ts';
import { splitWords } from './installed-records.ts';
import { warnOfMachineOptions } from './warn-of-machine-options.ts';

export interface BuildoutOptions {
  configuration: Configuration;
  /** The Python that everything is built for. */
  python: BuildoutHandle['python'];
  environment: Environment;
  /** As Python's `sys.argv`. */
  argv: readonly string[];
  report: Report;
  http: BuildoutHandle['http'];
  /** Aborted by Ctrl-C. */
  signal?: AbortSignal;
  /** The index where `[buildout] index` names none; also where build requirements come from last. */
  indexUrl: string;
  /** For a release: the download cache gets everything that installing needs. */
  collects?: CollectSettings;
}

/** One run. Every method is a command of zc.buildout's. */
export interface Buildout extends BuildoutHandle {
  readonly configuration: Configuration;
  /** Installs the named parts, or all and uninstalls the others. */
  install(parts: readonly string[]): Promise<void>;
  bootstrap(): Promise<void>;
  /** What follows the writing of a configuration: bootstrap, and install when arguments were given. */
  init(words: readonly string[]): Promise<void>;
  setup(words: readonly string[]): Promise<void>;
  annotate(sections: readonly string[]): Promise<void>;
  query(words: readonly string[]): Promise<void>;
  /** Stops what the run started. */
  close(): Promise<void>;
}

/** How a run deals with the world: `install` and the others act, `plan` and `why` only look. */
export interface Manner {
  createEggs(settings: EggSettings): EggInstaller;
  loadRecipe: typeof loadRecipe;
  readonly makesDirectories: boolean;
}

const acting: Manner = { createEggs: createEggInstaller, loadRecipe, makesDirectories: true };

/** Reads `[buildout]`, makes its cache directories and goes to its directory. Call it inside `Initializing.` */
export async function createBuildout(options: BuildoutOptions): Promise<Buildout> {
  const handle = createHandle(options, acting);
  const run = await readRun(handle, options, acting);
  return Object.assign(handle, {
    configuration: options.configuration,
    install: (parts: readonly string[]) => install(run, parts),
    bootstrap: () => bootstrap(run),
    init: async (words: readonly string[]) => {
      await bootstrap(run);
      if (words.length === 0) return;
      await fetchReferenceDistribution(handle);
      await install(run, []);
    },
    setup: (words: readonly string[]) => runSetupScript(run, words),
    annotate: (sections: readonly string[]) => annotate(run, sections),
    query: (words: readonly string[]) => query(run, words),
    close: async () => {
      if (handle.hasRecipeHost()) await handle.recipeHost().stop();
      await handle.eggs.close();
    },
  });
}

/** What a run of the given manner works with. */
export function openRun(options: BuildoutOptions, manner: Manner): Promise<Run> {
  return readRun(createHandle(options, manner), options, manner);
}

/** The handle as far as it can be made from the raw values: `${part:option}` in `[buildout]` runs a recipe early. */
function createHandle(options: BuildoutOptions, manner: Manner): MutableHandle {
  const raw = rawSections(options.configuration.annotated);
  const main = raw.get('buildout') ?? new Map<string, string>();
  const value = (name: string): string => main.get(name) ?? '';
  const directory = main.get('directory') ?? options.configuration.directory;
  for (const name of directoryOptions) main.set(name, absolute(directory, value(name)));
  const offline = parseBoolean('offline', value('offline'), { section: 'buildout', option: 'offline' });
  const newest =
    !offline && parseBoolean('newest', value('newest'), { section: 'buildout', option: 'newest' });
  let host: RecipeHost | undefined;
  const handle: MutableHandle = {
    sections: createSections(raw, {
      annotated: options.configuration.annotated,
      initializeRecipe: async (section) => {
        const { spec, entry } = splitRecipe(await section.require('recipe'));
        const created = (...paths: string[]): readonly string[] => rememberCreated(section, paths);
        section.recipe = await manner.loadRecipe(spec, entry, {
          buildout: handle,
          section,
          name: section.name,
          created,
        });
      },
    }),
    eggs: manner.createEggs(
      initialEggSettings(main, options, { offline, newest, pins: raw.get(value('versions')) ?? new Map() }),
    ),
    python: options.python,
    directory,
    offline,
    newest,
    environment: options.environment,
    report: options.report,
    http: options.http,
    workingSetCache: new Map(),
    allowHosts: splitLines(value('allow-hosts')),
    links: splitWords(value('find-links')),
    argv: options.argv,
    locate: (place, text) => locateRequirement(options.configuration.annotated, place, text),
    signal: options.signal,
    recipeWorkingSet: [],
    recipeHost: () => (host ??= createRecipeHost(handle)),
    hasRecipeHost: () => host !== undefined,
  };
  return handle;
}

const directoryOptions = ['bin-directory', 'parts-directory', 'eggs-directory', 'develop-eggs-directory'];

async function readRun(
  handle: MutableHandle,
  options: BuildoutOptions,
  { makesDirectories }: Manner,
): Promise<Run> {
  const versionsSection = handle.sections.raw('buildout')?.get('versions') ?? 'versions';
  const main = await handle.sections.open('buildout');
  handle.links = splitWords((await main.get('find-links')) ?? '');
  handle.allowHosts = splitLines(await main.require('allow-hosts'));
  handle.directory = await main.require('directory');
  for (const name of directoryOptions) main.set(name, absolute(handle.directory, await main.require(name)));
  const installed = await main.require('installed');
  if (installed !== '') main.set('installed', pythonJoin(handle.directory, installed));
  const logSettings = await readLogSettings(main);
  handle.report({ type: 'log-settings', ...logSettings });
  reportSocketTimeout(await main.require('socket-timeout'), handle.report);
  warnOfMachineOptions(options.configuration.annotated, handle.report);

  const pins =
    versionsSection === ''
      ? undefined
      : await readPins(handle, versionsSection, options.configuration.annotated);
  await main.get('versions');
  const settings = await readEggSettings(main, { ...options, pins });
  const run: Run = {
    handle,
    configuration: options.configuration,
    main,
    logLevel: logSettings.level,
    versionsSection,
    showPickedVersions: await booleanOption(main, 'show-picked-versions'),
    updateVersionsFile: await main.require('update-versions-file'),
  };
  await settleEggsDirectory(run, options.python);
  if (makesDirectories) await makeCacheDirectories(run);
  await refuseOfflineCache(run);
  handle.eggs.configure({
    ...settings,
    eggsDirectory: await main.require('eggs-directory'),
    // A repeated decision has no debug lines. The variable is for comparing runs.
    remembersDecisions: logSettings.level >= 20 && options.environment['CLUTCH_REMEMBER'] !== 'off',
  });
  for (const name of [...Object.keys(defaultOptions), 'executable']) await main.require(name);
  process.chdir(handle.directory);
  await warnOfOtherExecutable(run);
  return run;
}

function absolute(directory: string, path: string): string {
  return path.includes('${') ? path : pythonJoin(directory, path);
}

function splitLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function reportSocketTimeout(timeout: string, report: Report): void {
  if (timeout === '') return;
  const seconds = parseInteger(timeout);
  if (seconds !== undefined) log(report, 'info', `Setting socket time out to ${seconds} seconds.`);
  else {
    const text = `Default socket timeout is used !\nValue in configuration is not numeric: [${timeout}].\n`;
    log(report, 'warning', text);
  }
}

async function refuseOfflineCache({ main, handle }: Run): Promise<void> {
  if (!(await booleanOption(main, 'install-from-cache')) || !handle.offline) return;
  throw new BuildError(
    'CONFIG_OFFLINE_CACHE',
    "install-from-cache can't be used with offline mode.\n" +
      'Nothing is installed, even from cache, in offline\n' +
      "mode, which might better be called 'no-install mode'.\n",
    { where: { section: 'buildout', option: 'install-from-cache' } },
  );
}

// As zc.buildout 6 the option decides nothing; unlike it we say so.
async function warnOfOtherExecutable({ main, handle }: Run): Promise<void> {
  const executable = await main.require('executable');
  if (realpathOfExecutable(executable) === realpathOfExecutable(handle.python.executable)) return;
  log(
    handle.report,
    'warning',
    `Option \`executable\` in [buildout] is ignored: it names ${pythonRepr(executable)}, ` +
      `but this run builds for ${pythonRepr(handle.python.executable)}. Set BUILDOUT_PYTHON to choose another one.`,
  );
}
