// From what a run left to the tree of a release: without what only runs need, with links to the state outside, byte code
// that does not depend on the day, and every file read-only with one time.

import {
  chmodSync,
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  type Dirent,
} from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { BuildError } from '#base';
import { createCompiler } from '#python';
import { fixedMtime } from '#store';
import { writeUpgradeProgram } from '../target-programs.ts';
import type { BuiltTree } from './build-tree.ts';
import { cachesInside, type BundlePlan } from './plan-bundle.ts';
import { isWithin } from '../paths.ts';

export interface FinishedTree {
  directory: string;
  /** Directories of the state, relative to the prefix; parents come first. */
  state: readonly string[];
  /** What is not in the release as the run left it, one sentence each. */
  remarks: readonly string[];
}

/** Finishes the tree where it lies; fails with `RELEASE_DEVELOP_EGG` for a link to a checkout. */
export async function finishTree(
  { directory, stateDirectory, tracked }: BuiltTree,
  plan: BundlePlan,
): Promise<FinishedTree> {
  refuseDevelopEggs(directory, plan);
  removeLeftovers(directory, plan, tracked);
  addUpgradeProgram(directory, plan.python);
  const state = plan.state.flatMap((path) => listState(stateDirectory, path));
  for (const path of plan.state) linkState(directory, path);
  const remarks = [...state.flatMap(({ remark }) => remark ?? []), ...sealBelow(directory)];
  await renewByteCode(directory, plan.python);
  return { directory, state: state.flatMap(({ path }) => path ?? []), remarks };
}

/** Links to checkouts that no option named: a recipe or an extension made them. */
function refuseDevelopEggs(tree: string, { project, current }: BundlePlan): void {
  const [, place = ''] = project.made;
  const name = isWithin(project.directory, place) ? relative(project.directory, place) : 'develop-eggs';
  for (const entry of entriesOf(join(tree, name))) {
    if (!/\.egg-link$|^__editable__|\.pth$/.test(entry.name)) continue;
    throw new BuildError(
      'RELEASE_DEVELOP_EGG',
      `The release would need a source checkout: \`${name}/${entry.name}\``,
      {
        hint: 'release it as an egg and pin its version, or name its directory in `develop` of [buildout]',
        where: { file: `${current}/${name}/${entry.name}` },
      },
    );
  }
}

function addUpgradeProgram(tree: string, python: string): void {
  for (const path of ['bin/upgrade', '.release']) {
    if (!existsSync(join(tree, path))) continue;
    throw new BuildError(
      'RELEASE_NAME_TAKEN',
      `\`${path}\` is the name of something that every release brings`,
      {
        hint: 'give the script another name (`scripts = upgrade=other-name`), or leave it out with --exclude',
      },
    );
  }
  writeUpgradeProgram(tree, python);
}

const runFiles = /^(?:\.installed\.cfg|\.mr\.developer\.cfg)$/;
const versionControl = /^\.(?:git|hg|svn|bzr)$/;
const buildProducts = /^(?:build|\.eggs|.*\.egg-info)$/;

function removeLeftovers(tree: string, plan: BundlePlan, tracked: ReadonlySet<string>): void {
  const { project } = plan;
  const developed = project.developed
    .filter((path) => isWithin(project.directory, path))
    .map((path) => relative(project.directory, path));
  for (const path of developed) {
    if (path !== '') remove(join(tree, path));
    // The project itself is developed: what its build left among its files.
    else {
      for (const { name } of entriesOf(tree)) {
        const isOwn = [...tracked].some((file) => file === name || file.startsWith(`${name}/`));
        if (buildProducts.test(name) && !isOwn) remove(join(tree, name));
      }
    }
  }
  for (const path of [...cachesInside(plan), ...plan.exclude]) remove(join(tree, path));
  for (const { name } of entriesOf(tree)) if (runFiles.test(name)) remove(join(tree, name));
  removeVersionControl(tree);
  removeIfEmpty(join(tree, 'develop-eggs'));
}

function removeVersionControl(folder: string): void {
  for (const entry of entriesOf(folder)) {
    if (versionControl.test(entry.name)) remove(join(folder, entry.name));
    else if (entry.isDirectory() && !entry.name.endsWith('.egg'))
      removeVersionControl(join(folder, entry.name));
  }
}

/** The directories below one of the state, and what cannot be delivered in it. */
function listState(stateDirectory: string, path: string): { path?: string; remark?: string }[] {
  const below = entriesOf(join(stateDirectory, path)).sort((left, right) =>
    left.name < right.name ? -1 : 1,
  );
  return [
    { path },
    ...below.flatMap((entry) => {
      const inside = `${path}/${entry.name}`;
      if (entry.isDirectory()) return listState(stateDirectory, inside);
      // They only keep a directory in version control.
      if (/^\.git(?:keep|ignore)$/.test(entry.name)) return [];
      return [{ remark: `\`${inside}\` is not in the release: of the state only directories are made` }];
    }),
  ];
}

/** A link from the release to the directory at the prefix, two levels above the release's own. */
function linkState(tree: string, path: string): void {
  const place = join(tree, path);
  remove(place);
  mkdirSync(dirname(place), { recursive: true });
  const up = posix.join(...path.split('/').map(() => '..'), '..');
  symlinkSync(posix.join(up, path), place);
}

/** Eggs have theirs; elsewhere it names the times of a build that nobody repeats. */
async function renewByteCode(tree: string, python: string): Promise<void> {
  const compiler = createCompiler(python, 1);
  try {
    for (const entry of entriesOf(tree)) {
      const folder = join(tree, entry.name);
      if (entry.isDirectory() && removeByteCode(folder)) await compiler.compile(folder, fixedMtime);
    }
  } finally {
    await compiler.close();
  }
}

/** Whether there was any beside its source, outside of eggs. */
function removeByteCode(folder: string): boolean {
  let found = false;
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name === '__pycache__') {
        remove(path);
        found = true;
      } else if (!entry.name.endsWith('.egg')) found = removeByteCode(path) || found;
    } else if (/\.py[co]$/.test(entry.name) && existsSync(path.slice(0, -1))) {
      remove(path);
      found = true;
    }
  }
  return found;
}

/** Modes and times of everything below; what is readable by its owner alone is told. */
function sealBelow(folder: string, told: string[] = [], root: string = folder): string[] {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    const { mode, mtimeMs } = lstatSync(path);
    if (entry.isFile()) {
      if ((mode & 0o077) === 0) {
        told.push(
          `\`${relative(root, path)}\` was readable by its owner alone; in the release everybody can read it`,
        );
      }
      const wanted = (mode & 0o111) === 0 ? 0o444 : 0o555;
      if ((mode & 0o7777) !== wanted) chmodSync(path, wanted);
    } else if (entry.isDirectory()) {
      if ((mode & 0o7777) !== 0o755) chmodSync(path, 0o755);
      sealBelow(path, told, root);
    }
    if (mtimeMs !== fixedMtime * 1000) lutimesSync(path, fixedMtime, fixedMtime);
  }
  return told;
}

function entriesOf(folder: string): Dirent[] {
  return existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
