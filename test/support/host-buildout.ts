// A buildout without its upper rooms, for tests of the recipe host: real sections, one distribution `demo` whose
// recipes the test writes, and an installer that knows `demo` and what zc.buildout itself needs.

import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildError, type Environment, type Event } from '#base';
import { createSections, type Section, type Sections } from '#config';
import type { Distribution, EggInstaller, EggSettings, InstallOptions, WorkingSet } from '#eggs';
import { describePython } from '#python';
import { createRecipeHost } from '../../src/recipes/host/index.ts';
import type { BuildoutHandle, Recipe, RecipeHost } from '../../src/recipes/recipe.ts';
import { referencePython } from './reference-python.ts';

export interface HostBuildout {
  buildout: BuildoutHandle;
  host: RecipeHost;
  directory: string;
  events: Event[];
  /** What the installer was asked for. */
  installs: { specs: readonly string[]; options: InstallOptions | undefined; environment: Environment }[];
  /** The recipe of an opened part. */
  recipe: (part: string) => Promise<Recipe>;
  working: WorkingSet;
}

export interface HostBuildoutOptions {
  /** The module `demo`. */
  source: string;
  /** Lines of `entry_points.txt`. */
  entryPoints: string;
  sections: Record<string, Record<string, string>>;
  /** Recipes of the core, by the value of `recipe`. */
  native?: Record<string, (section: Section) => Promise<Recipe>>;
  environment?: Environment;
  /** What the project is called, when not `demo`. */
  project?: string;
  /** The Python to use, with zc.buildout in its site-packages. */
  python?: string;
}

const hostProjects = [
  'zc.buildout',
  'zc.recipe.egg',
  'setuptools',
  'pip',
  'wheel',
  'packaging',
  'platformdirs',
];

export async function createHostBuildout(options: HostBuildoutOptions): Promise<HostBuildout> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'clutch-host-')));
  const python = await describePython(options.python ?? (await referencePython()));
  const demo = writeDemoEgg(directory, options);
  const site = python.sitePackages[0] ?? '';
  const working = [demo, ...hostProjects.map((project) => distribution(project, site, 'develop'))];
  const events: Event[] = [];
  const installs: HostBuildout['installs'] = [];
  let settings = { ...settingsIn(directory), python } as unknown as EggSettings;
  const eggs = {
    install(specs: readonly string[], installOptions?: InstallOptions) {
      installs.push({ specs, options: installOptions, environment: settings.environment });
      const missing = specs.find((spec) => spec.startsWith('missing'));
      const isForHost = specs[0] === 'zc.buildout==6.0.1';
      if (missing === undefined) return Promise.resolve(isForHost ? working.slice(1) : working);
      return Promise.reject(
        new BuildError('MISSING_DISTRIBUTION', `Couldn't find a distribution for '${missing}'.`),
      );
    },
    build: () => Promise.resolve(['/built']),
    develop: () => Promise.resolve('/linked'),
    settle: () => Promise.resolve(),
    picked: () => ({ versions: [['demo', '1.0']], requiredBy: new Map([['demo', new Set(['app==1'])]]) }),
    settings: () => settings,
    configure(change: Partial<EggSettings>) {
      settings = { ...settings, ...change };
    },
  } as unknown as EggInstaller;
  const recipes = new Map<string, Recipe>();
  const sections = createOpenedSections(directory, options, async (section) => {
    const spec = await section.require('recipe');
    const [requirement = '', entry = 'default'] = spec.split(':');
    const native = options.native?.[spec];
    recipes.set(
      section.name,
      native === undefined
        ? await host.loadRecipe(requirement, entry, section, working)
        : await native(section),
    );
  });
  const buildout = {
    sections,
    eggs,
    python,
    directory,
    offline: false,
    newest: true,
    environment: options.environment ?? process.env,
    report: (event: Event) => void events.push(event),
    allowHosts: ['*'],
    links: [],
    argv: [join(directory, 'bin', 'buildout')],
    recipeWorkingSet: [],
  } as unknown as BuildoutHandle;
  const host = createRecipeHost(buildout);
  return {
    buildout,
    host,
    directory,
    events,
    installs,
    working,
    async recipe(part) {
      await sections.open(part);
      const found = recipes.get(part);
      if (found === undefined) throw new Error(`${part} has no recipe`);
      return found;
    },
  };
}

function createOpenedSections(
  directory: string,
  options: HostBuildoutOptions,
  initializeRecipe: (section: Section) => Promise<void>,
): Sections {
  const { buildout: extra = {}, ...others } = options.sections;
  const own = {
    directory,
    'eggs-directory': join(directory, 'eggs'),
    'develop-eggs-directory': join(directory, 'develop-eggs'),
    'bin-directory': join(directory, 'bin'),
    'parts-directory': join(directory, 'parts'),
    'find-links': '',
    'allow-hosts': '*',
    'allow-picked-versions': 'true',
    'allow-unknown-extras': 'false',
    'log-level': 'INFO',
    'log-format': '',
    'show-picked-versions': 'false',
    'update-versions-file': '',
    'socket-timeout': '',
    offline: 'false',
    newest: 'true',
    versions: 'versions',
  };
  const all = { buildout: { ...own, ...extra }, versions: {}, ...others };
  const raw = new Map(Object.entries(all).map(([name, section]) => [name, new Map(Object.entries(section))]));
  return createSections(raw, { initializeRecipe });
}

function settingsIn(directory: string): Partial<EggSettings> {
  return {
    eggsDirectory: join(directory, 'eggs'),
    developEggsDirectory: join(directory, 'develop-eggs'),
    pins: new Map([['other', '1.0']]),
    preferFinal: true,
    allowPicked: true,
    useDependencyLinks: true,
    installFromCache: false,
    environment: {},
  };
}

function writeDemoEgg(
  directory: string,
  { source, entryPoints, project = 'demo' }: HostBuildoutOptions,
): Distribution {
  const egg = join(directory, 'eggs', `${project}-1.0-py3-none-any.egg`);
  const metadata = join(egg, `${project}-1.0.dist-info`);
  mkdirSync(metadata, { recursive: true });
  for (const name of ['bin', 'parts', 'develop-eggs']) mkdirSync(join(directory, name));
  writeFileSync(join(egg, 'demo.py'), source);
  writeFileSync(join(metadata, 'METADATA'), `Metadata-Version: 2.1\nName: ${project}\nVersion: 1.0\n`);
  writeFileSync(join(metadata, 'entry_points.txt'), entryPoints);
  return distribution(project, egg, 'egg');
}

function distribution(project: string, location: string, precedence: 'egg' | 'develop'): Distribution {
  return { project, version: '1.0', location, precedence } as unknown as Distribution;
}
