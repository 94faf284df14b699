// The options that each recipe sets are what zc.recipe.egg 6.0.0 sets: `.installed.cfg` records them.

import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSections, type Section } from '#config';
import type { BuildOptions, Distribution, EggInstaller, InstallOptions } from '#eggs';
import { findBuiltIn, selectEntry } from '../built-in-recipes.ts';
import type { BuildoutHandle, Recipe } from '../recipe.ts';

type Sections = Record<string, Record<string, string>>;

interface Scene {
  recipe: Recipe;
  section: Section;
  directory: string;
  installs: { specs: readonly string[]; options: InstallOptions | undefined }[];
  builds: { spec: string; options: BuildOptions }[];
  develops: unknown[];
  lines: string[];
  options: () => Record<string, string>;
}

function createDistribution(directory: string, project: string): Distribution {
  return {
    project,
    version: '1.0',
    location: join(directory, 'eggs', `${project}-1.0-py3.11.egg`),
    precedence: 'egg',
    extras: [],
    requires: () => [],
    dependencyLinks: () => [],
    metadata: (name) =>
      name === 'entry_points.txt' ? `[console_scripts]\nrun-${project} = ${project}:main\n` : undefined,
    metadataNames: () => [],
  };
}

async function createScene(
  entry: string,
  part: Record<string, string>,
  others: Sections = {},
): Promise<Scene> {
  const directory = mkdtempSync(join(tmpdir(), 'clutch-egg-'));
  const raw = new Map(
    Object.entries({
      buildout: {
        directory,
        'find-links': 'http://a http://b',
        'allow-hosts': '*',
        'eggs-directory': '/eggs/v5',
        'develop-eggs-directory': '/develop-eggs',
        'bin-directory': directory,
        'allow-unknown-extras': 'false',
        offline: 'false',
        newest: 'true',
        ...others['buildout'],
      },
      part,
      env: others['env'] ?? {},
    }).map(([name, options]) => [name, new Map(Object.entries(options))] as const),
  );
  const scene: Pick<Scene, 'installs' | 'builds' | 'develops' | 'lines'> = {
    installs: [],
    builds: [],
    develops: [],
    lines: [],
  };
  const eggs = {
    install: async (specs: readonly string[], options?: InstallOptions) => {
      scene.installs.push({ specs, options });
      return [createDistribution(directory, 'one'), createDistribution(directory, 'setuptools')];
    },
    build: async (spec: string, options: BuildOptions) => {
      scene.builds.push({ spec, options });
      return ['/develop-eggs/x.egg'];
    },
    develop: async (...words: unknown[]) => {
      scene.develops.push(words);
      return '/develop-eggs/x.egg-link';
    },
    sortWorkingSet: (workingSet: readonly Distribution[]) => workingSet,
    settle: async () => undefined,
    sharing: { use: () => undefined, parts: () => undefined },
  } as unknown as EggInstaller;
  const sections = createSections(raw, { initializeRecipe: async () => undefined });
  const section = await sections.open('part');
  const buildout = {
    sections,
    eggs,
    python: { executable: '/python', markers: undefined },
    environment: { HOME: '/home/me' },
    workingSetCache: new Map(),
    report: (event: { type: string; text?: string; logger?: string }) =>
      void scene.lines.push(`${event.logger ?? ''}:${event.text ?? ''}`),
  } as unknown as BuildoutHandle;
  const entries = findBuiltIn('zc.recipe.egg >=2') ?? {};
  const recipe = await selectEntry(entries, entry)({ buildout, section, name: 'part', created: () => [] });
  return {
    ...scene,
    recipe,
    section,
    directory,
    options: () =>
      Object.fromEntries(
        Object.entries(section.copy()).map(([name, value]) => [name, value.replaceAll(directory, '.')]),
      ),
  };
}

test('`eggs` installs what the option or the part name says, once for all parts that ask the same', async () => {
  const { recipe, installs, options } = await createScene('eggs', {});
  expect(options()).toEqual({
    'find-links': 'http://a\nhttp://b',
    'eggs-directory': '/eggs/v5',
    _e: '/eggs/v5',
    'develop-eggs-directory': '/develop-eggs',
    _d: '/develop-eggs',
  });
  expect(await recipe.install()).toEqual([]);
  expect(await recipe.update?.()).toEqual([]);
  expect(installs).toEqual([
    {
      specs: ['part'],
      options: {
        destination: '/eggs/v5',
        path: ['/develop-eggs'],
        links: ['http://a', 'http://b'],
        newest: true,
        allowHosts: ['*'],
        allowUnknownExtras: false,
      },
    },
  ]);
});

test('offline, only what is here is looked at', async () => {
  const { recipe, installs } = await createScene('eggs', {}, { buildout: { offline: 'true' } });
  await recipe.install();
  expect(installs[0]?.options).toEqual({ destination: null, path: ['/develop-eggs', '/eggs/v5'] });
});

test('`scripts` records absolute paths and writes the scripts', async () => {
  const part = {
    eggs: 'one\n\nsetuptools<80',
    index: 'http://index',
    'extra-paths': 'src\n/abs',
    'relative-paths': 'true',
    'entry-points': 'extra=pkg.mod:Class.run',
    scripts: 'run-one=first extra',
    interpreter: 'py',
    initialization: 'import this',
    arguments: '42',
  };
  const { recipe, options, directory } = await createScene('scripts', part);
  expect(options()).toMatchObject({
    index: 'http://index',
    'bin-directory': '.',
    _b: '.',
    'extra-paths': './src\n/abs',
    'buildout-directory': '.',
  });
  expect(await recipe.install()).toEqual(['first', 'extra', 'py'].map((name) => join(directory, name)));
  expect(readFileSync(join(directory, 'extra'), 'utf8')).toBe(`#!/python

import os

join = os.path.join
base = os.path.dirname(os.path.abspath(os.path.realpath(__file__)))

import sys
sys.path[0:0] = [
  join(base, 'eggs/one-1.0-py3.11.egg'),
  join(base, 'eggs/setuptools-1.0-py3.11.egg'),
  join(base, 'src'),
  '/abs',
  ]

import this

import pkg.mod

if __name__ == '__main__':
    sys.exit(pkg.mod.Class.run(42))
`);
});

test('`scripts` without words writes none; `dependent-scripts` writes those of all but setuptools', async () => {
  const none = await createScene('default', { eggs: 'one', scripts: '' });
  expect(await none.recipe.install()).toEqual([]);
  const all = await createScene('default', { eggs: 'setuptools', 'dependent-scripts': 'true' });
  expect(await all.recipe.install()).toEqual(
    ['run-setuptools', 'run-one'].map((name) => join(all.directory, name)),
  );
});

test('an entry point that is none is named', async () => {
  const { recipe, lines } = await createScene('script', { 'entry-points': 'a=b:c nonsense' });
  await expect(recipe.install()).rejects.toThrow('Invalid entry point');
  expect(lines).toEqual(['part:Cannot parse the entry point nonsense.']);
});

test('`custom` builds with paths made absolute and an environment that refers to itself', async () => {
  const part = {
    eggs: ' demo ',
    'include-dirs': 'inc\n/usr/inc',
    rpath: '$ORIGIN/lib\nlib',
    define: 'X=1',
    swig: 'bin/swig',
    environment: 'env',
  };
  const env = { FIRST: '%(HOME)s/x', ALSO: '%(FIRST)s 100%%' };
  const { recipe, builds, options, lines } = await createScene('custom', part, { env });
  expect(options()).toMatchObject({
    _d: '/develop-eggs',
    _e: '/eggs/v5',
    'include-dirs': './inc:/usr/inc',
    rpath: '$ORIGIN/lib:./lib',
    swig: './bin/swig',
    '_environment-data': "[('ALSO', '%(FIRST)s 100%%'), ('FIRST', '%(HOME)s/x')]",
  });
  expect(await recipe.install()).toEqual(['/develop-eggs/x.egg']);
  expect(lines).toEqual(['zc.recipe.egg.custom:The eggs option is deprecated. Use egg instead']);
  expect(builds[0]).toMatchObject({
    spec: 'demo',
    options: {
      destination: '/develop-eggs',
      path: ['/eggs/v5'],
      environment: { HOME: '/home/me', FIRST: '/home/me/x', ALSO: '/home/me/x 100%' },
    },
  });
});

test('`custom` does nothing offline', async () => {
  const { recipe, builds } = await createScene('custom', {}, { buildout: { offline: 'true' } });
  expect(await recipe.install()).toEqual([]);
  expect(await recipe.update?.()).toEqual([]);
  expect(builds).toEqual([]);
});

test('`develop` makes an editable install of its directory', async () => {
  const { recipe, develops, options, directory } = await createScene('develop', {
    setup: 'src/x',
    define: 'A',
  });
  expect(options()['setup']).toBe('./src/x');
  expect(await recipe.install()).toBe('/develop-eggs/x.egg-link');
  expect(develops).toEqual([[`${directory}/src/x`, '/develop-eggs', { define: 'A' }]]);
});

test('an entry point that does not exist is an error of the configuration', () => {
  expect(() => selectEntry(findBuiltIn('zc.recipe.egg') ?? {}, 'nope')).toThrow(
    "Entry point ('zc.buildout', 'nope') not found",
  );
  expect(findBuiltIn('zc.recipe.cmmi')).toBeUndefined();
});
