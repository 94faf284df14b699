// `name==dev` with find-links on a repository's `/dev/`: the checkout of the link, built as an egg, and again only when
// the branch has moved; a plain `name` is the newest release.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildSdistFile, buildWheel, writeCheckout } from '../../support/build-distribution.ts';
import {
  eggsIn,
  expectFailure,
  expectSuccess,
  workspaceForTest,
  type TestWorkspace,
} from '../../support/for-test.ts';
import {
  createTestToken,
  runWithToken,
  startRepository,
  type TestRepository,
} from '../../support/repository-server.ts';

const environment = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  HGUSER: 'a',
};

function shell(directory: string, ...commands: string[]): string {
  const env = { ...process.env, ...environment };
  return commands
    .map((command) =>
      execFileSync('sh', ['-ec', command], { cwd: directory, env, encoding: 'utf8', stdio: 'pipe' }),
    )
    .join('');
}

interface SetUp {
  workspace: TestWorkspace;
  repository: TestRepository;
  /** A git repository with the branch `main`. */
  source: string;
}

const project = (text: string): Parameters<typeof writeCheckout>[1] => ({
  name: 'acme.app',
  version: '2.0.dev0',
  requires: ['acme.lib'],
  files: { 'acme_app.py': `text = ${JSON.stringify(text)}\n` },
});

async function setUp(): Promise<SetUp> {
  const workspace = workspaceForTest();
  const repository = await startRepository(workspace, { words: ['--no-staging'] });
  const token = await createTestToken(workspace, repository.directory);
  const files = [
    buildWheel(workspace.links, { name: 'acme.lib', version: '1.0' }),
    buildWheel(workspace.links, {
      name: 'acme.app',
      version: '1.0',
      requires: ['acme.lib'],
      files: { 'acme_app.py': 'text = "released"\n' },
    }),
    await buildSdistFile(workspace.links, { name: 'acme.app', version: '1.0', requires: ['acme.lib'] }),
  ];
  expectSuccess(await runWithToken(workspace, repository, { token, words: ['publish', ...files] }));
  const source = join(workspace.base, 'source');
  writeCheckout(source, project('first'));
  shell(source, 'git init -q -b main', 'git add -A', 'git commit -q -m first');
  return { workspace, repository, source };
}

function link({ repository }: SetUp, text: string): void {
  writeFileSync(join(repository.directory, 'links', 'team.links'), text);
}

async function waitForLink({ repository }: SetUp, text: string): Promise<void> {
  await expect
    .poll(async () => (await fetch(`${repository.url}dev/`)).text(), { timeout: 8000 })
    .toContain(text);
}

function configure({ workspace, repository }: SetUp, egg: string, more: readonly string[] = []): void {
  workspace.write({
    'buildout.cfg': [
      '[buildout]',
      'parts = app',
      `index = ${repository.url}simple/`,
      `find-links = ${repository.url}dev/`,
      `    ${workspace.links}/zc.recipe.egg-6.0.0-py3-none-any.whl`,
      ...more,
      '[app]',
      'recipe = zc.recipe.egg',
      `eggs = ${egg}`,
      'interpreter = py',
      '',
    ].join('\n'),
  });
}

const textOf = (workspace: TestWorkspace): string =>
  execFileSync(
    join(workspace.directory, 'bin', 'py'),
    ['-c', 'import acme_app, acme_lib; print(acme_app.text)'],
    { encoding: 'utf8' },
  ).trim();

test('name==dev is the checkout, name is the newest release, and a branch that moved is built again', async () => {
  const all = await setUp();
  const { workspace, source } = all;
  link(all, `acme.app = git+file://${source}@main\n`);
  await waitForLink(all, `git+file://${source}@main#egg=acme.app-dev`);
  configure(all, 'acme.app');
  expectSuccess(await workspace.run());
  expect(textOf(workspace)).toBe('released');

  configure(all, 'acme.app==dev');
  const first = await workspace.run();
  expectSuccess(first);
  expect(first.stdout).toContain("Getting a checkout for 'acme.app==dev'.");
  expect(textOf(workspace)).toBe('first');
  expect(
    eggsIn(workspace.directory)
      .filter((name) => name.startsWith('acme.app-'))
      .map((name) => name.split('-')[1]),
  ).toEqual(['1.0', '2.0.dev0']);
  const [egg = ''] = eggsIn(workspace.directory).filter((name) => name.startsWith('acme.app-2'));
  const info = join(workspace.directory, 'eggs', 'v5', egg, egg.replace(/egg$/, 'dist-info'));
  expect(JSON.parse(readFileSync(join(info, 'direct_url.json'), 'utf8'))).toEqual({
    url: `file://${source}`,
    vcs_info: {
      vcs: 'git',
      requested_revision: 'main',
      commit_id: shell(source, 'git rev-parse HEAD').trim(),
    },
  });

  const again = await workspace.run();
  expectSuccess(again);
  expect(again.stdout).not.toContain('checkout');

  writeCheckout(source, project('second'));
  shell(source, 'git commit -q -a -m second');
  const offline = await workspace.run(['-N']);
  expectSuccess(offline);
  expect(textOf(workspace)).toBe('first');
  expectSuccess(await workspace.run());
  expect(textOf(workspace)).toBe('second');
  expectSuccess(await workspace.run(['-o']));

  // The release is still what a plain name means.
  configure(all, 'acme.app', ['prefer-final = true']);
  expectSuccess(await workspace.run());
  expect(textOf(workspace)).toBe('released');
});

test('a pin `dev` is the checkout too, and plan and why know it', async () => {
  const all = await setUp();
  const { workspace, source } = all;
  shell(source, 'git tag -a v1 -m v1');
  writeCheckout(source, project('later'));
  shell(source, 'git commit -q -a -m later');
  link(all, `acme.app = git+file://${source}@v1\n`);
  await waitForLink(all, '@v1');
  configure(all, 'acme.app', ['versions = versions', '[versions]', 'acme.app = dev', 'other = dev']);
  expectSuccess(await workspace.run());
  expect(textOf(workspace)).toBe('first');
  configure(all, 'acme.app==dev');
  expectSuccess(await workspace.run(['plan']));
  const why = await workspace.run(['why', 'acme.app']);
  expectSuccess(why);
  expect(why.stdout).toContain('acme.app===dev');
});

test.each([
  ['Mercurial', 'hg init -q && hg add -q && hg commit -q -m first', 'hg+file://'],
  [
    'Subversion',
    'cd .. && svnadmin create svn && svn import -q -m first other file://$PWD/svn/trunk',
    'svn+file://',
  ],
])('a checkout of %s, of a directory in it', async (name, command, prefix) => {
  const all = await setUp();
  const { workspace } = all;
  const source = join(workspace.base, 'other');
  mkdirSync(source);
  writeCheckout(join(source, 'lib'), project(name));
  shell(source, command);
  const url = name === 'Subversion' ? `${workspace.base}/svn/trunk` : source;
  configure(all, 'acme.app==dev', [`    ${prefix}${url}#subdirectory=lib&egg=acme.app-dev`]);
  expectSuccess(await workspace.run());
  expect(textOf(workspace)).toBe(name);
  const again = await workspace.run();
  expectSuccess(again);
  expect(again.stdout).not.toContain('checkout');
});

test('what can go wrong is said with the way out', async () => {
  const all = await setUp();
  const { workspace, source } = all;
  configure(all, 'acme.app==dev');
  const missing = expectFailure(await workspace.run([], { environment: { CLUTCH_HINTS: '1' } }));
  expect(missing).toContain('No find-links page has a checkout of acme.app');
  expect(missing).toContain('git+https://host/acme.app.git@main#egg=acme.app-dev');
  link(all, `acme.app = git+file://${source}@nosuch\n`);
  await waitForLink(all, '@nosuch');
  expect(expectFailure(await workspace.run())).toMatch(/`git checkout` failed: .*nosuch/);
  link(all, `acme.app = git+file://${workspace.base}/nowhere\n`);
  await waitForLink(all, 'nowhere');
  expect(expectFailure(await workspace.run())).toMatch(/`git clone` failed: /);
  link(all, `acme.lib = git+file://${source}@main\n`);
  await waitForLink(all, 'acme.lib-dev');
  configure(all, 'acme.lib==dev');
  expect(expectFailure(await workspace.run())).toContain('The checkout of acme.lib is the project acme.app');
  expect(expectFailure(await workspace.run(['-o']))).toMatch(/acme\.lib==dev is not here|No find-links page/);
  expect(eggsIn(workspace.directory).filter((name) => name.includes('dev'))).toEqual([]);
});
