// zc.buildout and clutch, run by turns in one directory or side by side in two: the set-up that the takeover tests
// share. Both use the same Python (the one that has zc.buildout) and a local index, so nothing needs a network.

import { spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createZip, memberOf } from '#archive';
import { parseConfigurationText } from '#config';
import { buildSdistFile, buildWheel, writeCheckout } from '../../support/build-distribution.ts';
import { startIndexServer, type IndexServer } from '../../support/index-server.ts';
import { referencePython } from '../../support/reference-python.ts';
import { createWorkspace, finish, type RunResult, type Workspace } from '../../support/run-clutch.ts';

/** A directory that both programs can run in. */
export interface Place {
  workspace: Workspace;
  directory: string;
  server: IndexServer;
  /** Writes files; `INDEX` in them is the local index. */
  write(files: Readonly<Record<string, string>>): void;
  clutch(...words: string[]): Promise<RunResult>;
  zcBuildout(...words: string[]): Promise<RunResult>;
  /** Runs any program of the directory, `bin/buildout` that was bootstrapped for example. */
  execute(program: string, ...words: string[]): Promise<RunResult>;
}

/** A buildout's directory with these files; `INDEX` in them is the local index. All goes away when the test ends. */
export async function placeForTest(files: Readonly<Record<string, string>>): Promise<Place> {
  const workspace = createWorkspace();
  onTestFinished(() => workspace.remove());
  const links = join(workspace.base, 'links');
  mkdirSync(links);
  await buildDistributions(links);
  const python = await referencePython();
  packInstalled(python, 'setuptools', links);
  const server = await startIndexServer({ directory: links });
  onTestFinished(() => server.close());
  const place = createPlace(workspace, server, python);
  writeCheckouts(place.directory);
  place.write(files);
  return place;
}

function createPlace(workspace: Workspace, server: IndexServer, python: string): Place {
  const { directory, home } = workspace;
  const environment = {
    PYTHONWARNINGS: 'ignore',
    // Where pip looks for build requirements, even when zc.buildout gives it another index.
    PIP_INDEX_URL: server.indexUrl,
    BUILDOUT_PYTHON: python,
  };
  const execute = (program: string, ...words: string[]): Promise<RunResult> =>
    finish(
      spawn(program, words, {
        cwd: directory,
        env: { PATH: process.env['PATH'], HOME: home, ...environment },
      }),
    );
  return {
    workspace,
    directory,
    server,
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        workspace.write({ [name]: text.replaceAll('INDEX', server.indexUrl) });
      }
    },
    clutch: (...words) => workspace.run(words, { environment }),
    zcBuildout: (...words) => execute(join(dirname(python), 'buildout'), ...words),
    execute,
  };
}

/** Makes a wheel again of a distribution that the Python has, so that builds can require it without a network. */
function packInstalled(python: string, name: string, target: string): void {
  const library = join(dirname(dirname(python)), 'lib');
  const site = join(library, readdirSync(library)[0] ?? '', 'site-packages');
  const distInfo = readdirSync(site).find((entry) => entry.startsWith(`${name}-`)) ?? '';
  const files = readFileSync(join(site, distInfo, 'RECORD'), 'utf8')
    .split('\n')
    .map((line) => line.split(',')[0] ?? '')
    .filter((path) => path !== '' && !path.startsWith('../') && !path.endsWith('.pyc'));
  const members = files.map((path) => memberOf(path, readFileSync(join(site, path))));
  const wheel = `${distInfo.replace('.dist-info', '')}-py3-none-any.whl`;
  writeFileSync(join(target, wheel), createZip(members, { keepOrder: true }));
}

async function buildDistributions(links: string): Promise<void> {
  for (const version of ['1.0', '1.1', '2.0b1']) buildWheel(links, { name: 'demoneeded', version });
  for (const version of ['0.2', '0.3']) {
    await buildSdistFile(links, {
      name: 'demo',
      version,
      requires: ['demoneeded'],
      entryPoints: '[console_scripts]\ndemo = demo:main\n',
      files: { 'demo.py': `import demoneeded\n\ndef main():\n    print(${version}, demoneeded.version)\n` },
    });
  }
  buildWheel(links, {
    name: 'big.demo-tool',
    version: '1.5',
    requires: ['demo', 'extra-thing; extra == "more"'],
    extras: ['more'],
    entryPoints: '[console_scripts]\nbigtool = big_demo_tool:main\nbigcheck = big_demo_tool:check\n',
    files: { 'big_demo_tool.py': 'def main(*words):\n    print("big", *words)\n\ncheck = main\n' },
  });
  buildWheel(links, { name: 'extra-thing', version: '3.0.post1' });
  buildWheel(links, { name: 'needs-old', version: '1.0', requires: ['demoneeded<1.1'] });
  buildWheel(links, { name: 'needs-new', version: '1.0', requires: ['demoneeded>=1.1'] });
  buildWheel(links, { name: 'needs-lost', version: '1.0', requires: ['lost-thing'] });
}

/** Sources to develop: with `setup.py`, with `src`, with a `pyproject.toml`, and one that has a recipe. */
function writeCheckouts(directory: string): void {
  writeCheckout(join(directory, 'sources/modern'), { name: 'modern', version: '1.0' });
  const files = {
    'plain/setup.py': setupOf(
      'plain',
      "py_modules=['plain'], entry_points={'console_scripts': ['plain=plain:main']}",
    ),
    'plain/plain.py': 'def main():\n    print("plain")\n',
    'inside/setup.py': setupOf(
      'inside',
      "package_dir={'': 'src'}, packages=['inside'], install_requires=['demo']",
    ),
    'inside/src/inside/__init__.py': '',
    'recipes/setup.py': setupOf('recipes', `py_modules=['recipes'], entry_points=${recipeEntryPoints}`),
    'recipes/recipes.py': recipeModule,
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, 'sources', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function setupOf(name: string, more: string): string {
  return `from setuptools import setup\nsetup(name='${name}', version='1', ${more})\n`;
}

const recipeEntryPoints =
  "{'zc.buildout': ['default=recipes:Recipe', 'still=recipes:Still'], 'zc.buildout.uninstall': ['default=recipes:gone']}";

const recipeModule = `
import logging, os

class Recipe:
    def __init__(self, buildout, name, options):
        self.name, self.options = name, options
        options['path'] = os.path.join(buildout['buildout']['directory'], options['file'])

    def install(self):
        logging.getLogger(self.name).info('Writing %s', self.options['file'])
        with open(self.options['path'], 'w') as file:
            file.write(self.options.get('text', ''))
        return self.options.created(self.options['path'])

    def update(self):
        print('updating', self.name)

class Still(Recipe):
    def install(self):
        return ()
    update = install

def gone(name, options):
    logging.getLogger(name).info('Goodbye %s', options['file'])
`;

/** A run that failed shows what it said. */
export function assertSuccess(result: RunResult): string {
  if (result.code !== 0) throw new Error(`exit code ${result.code}\n${result.stdout}\n${result.stderr}`);
  return result.stdout;
}

/** Every file below `eggs`, with what changes when somebody replaces or rewrites it. Byte code is no part of an egg. */
export function fingerprintEggs(directory: string): string[] {
  return listFiles(join(directory, 'eggs')).map((name) => {
    const { ino, mtimeMs } = lstatSync(join(directory, 'eggs', name));
    return `${name} ${ino} ${mtimeMs}`;
  });
}

/** Paths of files below a directory, without byte code; an absent directory has none. */
export function listFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .filter((name) => !name.includes('__pycache__'))
    .sort();
}

/** `.installed.cfg` as its readers understand it. */
export async function readInstalled(directory: string): Promise<Record<string, Record<string, string>>> {
  const path = join(directory, '.installed.cfg');
  const sections = await parseConfigurationText(readFileSync(path, 'utf8'), path);
  return Object.fromEntries([...sections].map(([name, options]) => [name, Object.fromEntries(options)]));
}

/** The text of every file in `bin`. */
export function readScripts(directory: string): Record<string, string> {
  const bin = join(directory, 'bin');
  const names = listFiles(bin);
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(bin, name), 'utf8')]));
}
