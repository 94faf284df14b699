// Shared parts with SlapOS's own recipes from PyPI: what zc.buildout built clutch finds, and the other way round; of two
// runs one builds; what a killed one left is wiped; and who cannot be trusted is refused.

import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import { createTar, memberOf } from '#archive';
import { programsFor, type ProgramUnderTest } from '../support/compare-programs.ts';
import { expectFailure, expectSuccess, pathsBelow } from '../support/for-test.ts';
import { referencePython } from '../support/reference-python.ts';
import { createWorkspace, finish, type RunResult, type Workspace } from '../support/run-clutch.ts';

const minutes = 60_000;
let zcBuildout: ProgramUnderTest;
let clutch: ProgramUnderTest;
let cache: string;
let python: string;

beforeAll(async () => {
  cache = mkdtempSync(join(tmpdir(), 'clutch-slapos-'));
  python = await referencePython();
  [zcBuildout, clutch] = programsFor(python, cache);
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

interface Scene {
  base: Workspace;
  root: string;
  log: string;
  /** A buildout's directory with the configuration; `slow`: seconds that compiling takes. */
  buildout(name: string, slow?: number): Workspace;
}

/** A source with a configure script and a Makefile, and one that is only code. */
async function createScene(): Promise<Scene> {
  const base = createWorkspace();
  onTestFinished(() => base.remove());
  const root = join(base.base, 'shared');
  const log = join(base.base, 'builds.log');
  mkdirSync(root);
  writeFileSync(log, '');
  const members = {
    configure: '#!/bin/sh\necho "PREFIX=${1#--prefix=}" > config.mk\n',
    Makefile: `include config.mk\nall:\n\techo hello >> ${log}\n\tsleep $$SLOW\ninstall:\n\tmkdir -p $(PREFIX)/bin\n\techo hi > $(PREFIX)/bin/hello\n`,
  };
  const tar = Object.entries(members).map(([name, text]) => ({
    ...memberOf(`hello-1.0/${name}`, text),
    mode: 0o755,
  }));
  const archive = join(base.base, 'hello-1.0.tar.gz');
  writeFileSync(archive, await createTar(tar, 'gzip'));
  const configuration = (slow: number): string => `[buildout]
parts = user
shared-part-list =
    ${join(base.base, 'missing')}/
    ${root}/
[versions]
slapos.recipe.build = 0.66
slapos.recipe.cmmi = 0.23
[hello]
recipe = slapos.recipe.cmmi
shared = true
url = file://${archive}
environment =
    SLOW = ${slow}
[user]
recipe = slapos.recipe.build
shared = true
from = \${hello:location}
install =
  import os
  os.makedirs(os.path.join(location, 'lib'))
  os.symlink('/etc/hostname', os.path.join(location, 'link'))
  with open(os.path.join(location, 'lib', 'é'), 'w') as file:
    file.write(options['from'])
  with open(${JSON.stringify(log)}, 'a') as file:
    file.write('user\\n')
`;
  return {
    base,
    root,
    log,
    buildout: (name, slow = 0) => {
      const directory = join(base.base, name);
      const home = join(base.base, `${name}-home`);
      mkdirSync(directory);
      mkdirSync(home);
      writeFileSync(join(directory, 'buildout.cfg'), configuration(slow));
      const environment = { HOME: home };
      return {
        ...base,
        directory,
        home,
        run: (words, options) =>
          base.run(words, {
            cwd: directory,
            ...options,
            environment: { ...environment, ...options?.environment },
          }),
      };
    },
  };
}

const buildsIn = ({ log }: Scene): string[] => readFileSync(log, 'utf8').split('\n').filter(Boolean);
const withoutHost = (root: string): string[] => pathsBelow(root).filter((name) => !name.startsWith('.'));

/** Modes and contents below the root, without what clutch keeps there for itself. */
function describe(root: string): Record<string, string> {
  const names = withoutHost(root).filter((name) => !name.startsWith('__eggs__'));
  return Object.fromEntries(
    names.map((name) => {
      const path = join(root, name);
      const stats = lstatSync(path);
      const content = stats.isFile() ? readFileSync(path, 'utf8') : '';
      return [name, `${stats.isSymbolicLink() ? 'link' : (stats.mode & 0o777).toString(8)} ${content}`];
    }),
  );
}

function partsIn(root: string): string[] {
  return ['hello', 'user'].flatMap((section) =>
    readdirSync(join(root, section)).map((digest) => `${section}/${digest}`),
  );
}

test(
  'clutch finds what zc.buildout built, and builds the same',
  async () => {
    const scene = await createScene();
    expectSuccess(await zcBuildout.run(scene.buildout('theirs')));
    expect(buildsIn(scene)).toEqual(['hello', 'user']);
    const theirs = describe(scene.root);
    const found = await clutch.run(scene.buildout('ours'));
    expectSuccess(found);
    for (const part of partsIn(scene.root)) {
      const [name = '', digest = ''] = part.split('/');
      expect(found.stdout).toContain(`${name}: shared at ${scene.root}/${part} (already built)\n`);
      const marker = readFileSync(join(scene.root, part, '.buildout-shared.json'));
      expect(createHash('md5').update(marker).digest('hex')).toBe(digest);
    }
    expect(buildsIn(scene)).toEqual(['hello', 'user']);
    // The same place again, by clutch this time.
    cpSync(scene.root, join(scene.base.base, 'kept'), { recursive: true });
    for (const section of ['hello', 'user']) {
      rmSync(join(scene.root, section), { recursive: true, force: true });
    }
    const built = await clutch.run(scene.buildout('again'));
    expectSuccess(built);
    expect(built.stdout).toContain('(needs to build)\n');
    expect(buildsIn(scene)).toEqual(['hello', 'user', 'hello', 'user']);
    expect(describe(scene.root)).toEqual(theirs);
    // And zc.buildout finds what clutch built.
    const back = await zcBuildout.run(scene.buildout('back'));
    expectSuccess(back);
    expect(back.stdout).toContain('(already built)\n');
    expect(buildsIn(scene)).toHaveLength(4);
  },
  10 * minutes,
);

test(
  'records name the part, nothing of it is uninstalled, and an update builds again what was deleted',
  async () => {
    const scene = await createScene();
    const buildout = scene.buildout('one');
    expectSuccess(await clutch.run(buildout));
    const records = readFileSync(join(buildout.directory, '.installed.cfg'), 'utf8');
    for (const part of partsIn(scene.root)) {
      expect(records).toContain(`location = ${scene.root}/${part}\n`);
    }
    expect(records.match(/^__buildout_installed__ = *$/gm)).toHaveLength(2);
    const again = await clutch.run(buildout);
    expect(again.stdout).toContain('Updating hello.\nUpdating user.\n');
    const before = describe(scene.root);
    rmSync(join(scene.root, 'user'), { recursive: true, force: true });
    const rebuilt = await clutch.run(buildout);
    expectSuccess(rebuilt);
    expect(rebuilt.stdout).toContain('user: shared part must be rebuilt\n');
    expect(describe(scene.root)).toEqual(before);
    writeFileSync(join(buildout.directory, 'buildout.cfg'), '[buildout]\nparts =\n');
    expectSuccess(await clutch.run(buildout));
    expect(describe(scene.root)).toEqual(before);
  },
  10 * minutes,
);

test(
  'of runs at once one builds, and the others wait for it',
  async () => {
    const scene = await createScene();
    const buildouts = Array.from({ length: 4 }, (_, index) => scene.buildout(`run${index}`, 3));
    const results = await Promise.all(buildouts.map((buildout) => clutch.run(buildout)));
    for (const result of results) expectSuccess(result);
    expect(buildsIn(scene)).toEqual(['hello', 'user']);
    const waited = results.filter(({ stdout }) => stdout.includes('another run builds this shared part'));
    expect(waited.length).toBeGreaterThan(0);
  },
  10 * minutes,
);

/** A run that is killed while it compiles; `whole`: with everything that it started. */
async function killWhileBuilding(scene: Scene, whole: boolean): Promise<{ killed: Workspace; left: string }> {
  // So that killing meets the build and not the fetching.
  expectSuccess(await clutch.run(scene.buildout('warm')));
  const killed = scene.buildout('killed', 6);
  const environment = { HOME: killed.home, BUILDOUT_PYTHON: python, XDG_CACHE_HOME: cache };
  const child = scene.base.start([], { cwd: killed.directory, environment, detached: true });
  const ended = finish(child);
  while (buildsIn(scene).length < 3) await sleep(50);
  process.kill(whole ? -(child.pid ?? 0) : (child.pid ?? 0), 'SIGKILL');
  if (whole) await ended;
  const incomplete = partsIn(scene.root).filter(
    (part) => !existsSync(join(scene.root, part, '.buildout-shared.json')),
  );
  expect(incomplete).toHaveLength(1);
  return { killed, left: join(scene.root, incomplete[0] ?? '') };
}

test(
  'what a killed builder left is wiped and built again',
  async () => {
    const scene = await createScene();
    const { killed, left } = await killWhileBuilding(scene, true);
    appendFileSync(join(left, 'rubbish'), 'x');
    expectSuccess(await clutch.run(killed));
    expect(existsSync(join(left, 'rubbish'))).toBe(false);
    expect(existsSync(join(left, '.buildout-shared.json'))).toBe(true);
    expect(buildsIn(scene)).toEqual(['hello', 'user', 'hello', 'hello', 'user']);
  },
  10 * minutes,
);

test(
  'a recipe that goes on building when its run was killed is waited for, not disturbed',
  async () => {
    const scene = await createScene();
    const { killed, left } = await killWhileBuilding(scene, false);
    const next = await clutch.run(killed);
    expectSuccess(next);
    expect(next.stdout).toContain('hello: another run builds this shared part; waiting for it\n');
    // It could not finish without its run, so what it left is wiped; nobody wrote there meanwhile.
    expect(existsSync(join(left, '.buildout-shared.json'))).toBe(true);
    expect(buildsIn(scene)).toEqual(['hello', 'user', 'hello', 'hello', 'user']);
  },
  10 * minutes,
);

test.runIf(process.geteuid?.() === 0)(
  "a stranger's part is refused with the reason",
  async () => {
    const scene = await createScene();
    const buildout = scene.buildout('one');
    expectSuccess(await clutch.run(buildout));
    const [part = ''] = partsIn(scene.root);
    chownSync(join(scene.root, part), 12_345, 12_345);
    const refused: RunResult = await clutch.run(scene.buildout('two'));
    expect(expectFailure(refused)).toContain(
      `The shared part ${scene.root}/${part} is not used: it belongs to user 12345`,
    );
  },
  10 * minutes,
);
