// The releases between which upgrades are made: bundles of Plone's 240 eggs by `clutch release bundle`, unpacked.

import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createCompiler } from '#python';
import { fixedMtime } from '#store';

import type { Home, Workspace } from '../workspace.ts';

/** An unpacked bundle, and its tree as a tar archive for programs that want one. */
export interface Release {
  bundle: string;
  tree: string;
  tar: string;
}

export interface DeltaCase {
  id: string;
  title: string;
  old: Release;
  target: Release;
  /** The most that the upgrade may take, in bytes. */
  goal: number;
}

/** Projects that Plone's maintenance releases touch; upgrades start from the version before the pinned one. */
const two = ['plone-app-dexterity', 'plone-autoform'];
const thirty =
  `plone-app-dexterity plone-autoform products-cmfplone plone plone-restapi zope-interface btrees zodb lxml zope
  requests icalendar plone-app-contenttypes plone-app-discussion plone-app-event plone-app-layout plone-app-multilingual
  plone-app-portlets plone-app-theming plone-app-registry plone-api plone-app-textfield plone-app-z3cform plone-base
  plone-namedfile plone-outputfilters plone-portlet-collection plone-registry plone-schemaeditor
  plonetheme-barceloneta`.split(/\s+/);

export interface ReleaseOptions {
  workspace: Workspace;
  program: string;
  python: string;
  say: (text: string) => void;
  /** Where an earlier run left its releases; nothing is built then. */
  releases: string | undefined;
}

export async function makeCases(options: ReleaseOptions): Promise<DeltaCase[]> {
  const home = options.workspace.home('builds');
  const target = build(options, 'pinned', { home, before: [] });
  const edited = await editTwoFiles(options, target);
  const upgradeOf = (id: string, before: readonly string[]): Release => build(options, id, { home, before });
  const rebuilt = build(options, 'rebuilt', { home: options.workspace.home('others'), before: [] });
  return [
    { id: 'edit', title: 'two `.py` edited in one egg', old: target, target: edited, goal: 20e3 },
    { id: 'two', title: 'two packages upgraded', old: upgradeOf('two', two), target, goal: 40e3 },
    {
      id: 'thirty',
      title: 'thirty packages upgraded',
      old: upgradeOf('thirty', thirty),
      target,
      goal: 1.5e6,
    },
    { id: 'rebuilt', title: 'the same versions rebuilt', old: target, target: rebuilt, goal: 0 },
  ];
}

function build(
  options: ReleaseOptions,
  id: string,
  { home, before }: { home: Home; before: readonly string[] },
): Release {
  if (options.releases !== undefined) return describe(bundleIn(options.releases, id));
  options.say(`building the release \`${id}\``);
  const directory = options.workspace.fresh(id);
  const plone = join(import.meta.dirname, '../plone62');
  copyFileSync(join(plone, 'eggs.cfg'), join(directory, 'eggs.cfg'));
  let versions = readFileSync(join(plone, 'versions.cfg'), 'utf8');
  for (const name of before) {
    const line = new RegExp(`^${name} = (\\S+)$`, 'm');
    if (!line.test(versions)) throw new Error(`no pin of ${name} in bench/plone62/versions.cfg`);
    versions = versions.replace(line, `${name} = <$1`);
  }
  writeFileSync(join(directory, 'versions.cfg'), versions);
  const words = ['release', 'bundle', 'eggs.cfg', '--prefix', '/opt/plone', '-n', 'plone'];
  // Versions are compared by nobody, and an upgrade should not seem to lead nowhere.
  const version = ['--release-version', id === 'rebuilt' ? 'pinned' : id, '-o', 'plone.tar.gz'];
  execFileSync(options.program, [...words, ...version], {
    cwd: directory,
    env: home.environment,
    stdio: 'ignore',
  });
  execFileSync('tar', ['-xf', 'plone.tar.gz'], { cwd: directory });
  return describe(bundleIn(dirname(directory), id));
}

/** Below the directories of a run, `NUMBER-ID/plone-VERSION`. */
function bundleIn(run: string, id: string): string {
  const folder = readdirSync(run).find((name) => name.slice(name.indexOf('-') + 1) === id) ?? '';
  const bundle = readdirSync(join(run, folder)).find((name) => /^plone-[a-z]+$/.test(name));
  if (bundle === undefined) throw new Error(`no bundle in ${join(run, folder)}`);
  return join(run, folder, bundle);
}

function describe(bundle: string): Release {
  const tree = join(bundle, 'tree');
  const tar = `${bundle}.tar`;
  const fixed = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  execFileSync('tar', [...fixed, '-cf', tar, '-C', tree, '.']);
  return { bundle, tree, tar };
}

/** Two modules of an egg get a line more, and their byte code with it. */
async function editTwoFiles({ workspace, python }: ReleaseOptions, { bundle }: Release): Promise<Release> {
  const copy = join(workspace.fresh('edited'), 'plone-edited');
  execFileSync('cp', ['-a', bundle, copy]);
  const eggs = join(copy, 'tree/eggs');
  const folder = readdirSync(eggs, { recursive: true, encoding: 'utf8' }).find((path) =>
    /CMFPlone-[^/]*\.egg\/Products\/CMFPlone$/.test(path),
  );
  if (folder === undefined) throw new Error('no Products.CMFPlone among the eggs');
  for (const name of ['CatalogTool.py', 'utils.py']) {
    execFileSync(python, ['-c', edit, join(eggs, folder, name)]);
    rmSync(join(eggs, folder, '__pycache__', name.replace('.py', '.cpython-311.pyc')));
  }
  const compiler = createCompiler(python, 1);
  await compiler.compile(join(eggs, folder, '../..'), fixedMtime);
  await compiler.close();
  return describe(copy);
}

const edit = `
import os, sys
path = sys.argv[1]
lines = open(path).read().split('\\n')
middle = max(number for number, line in enumerate(lines) if line.startswith(('def ', 'class ')))
lines[middle:middle] = ['def edited():', '    return "an edit of two lines"', '', '']
times = os.stat(path).st_mtime
os.chmod(path, 0o644)
open(path, 'w').write('\\n'.join(lines))
os.utime(path, (times, times))
`;
