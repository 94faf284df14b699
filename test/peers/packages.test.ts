// Packages of a release by the real rpmbuild and dpkg-deb: bit-identical, verified and installed into other roots by rpm
// and dpkg, where the application's scripts run; upgraded, removed; and a source RPM rebuilt to the same files.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { writeMixedApp } from '../support/bundle-fixture.ts';
import { expectSuccess, type TestWorkspace } from '../support/for-test.ts';
import { runInRoot, type OutcomeInRoot } from '../support/other-root.ts';
import { createWorkspace, type RunResult, type Workspace } from '../support/run-clutch.ts';

const minutes = 60_000;
const prefix = '/opt/clutch-test-app';
/** Another day, at another place. Times of files stay as they are. */
const anotherDay = ['env', 'NO_FAKE_STAT=1', 'TZ=Asia/Tokyo', 'faketime', '2031-05-06 07:08:09'];

let workspace: Workspace & { links: string };

beforeAll(async () => {
  const base = createWorkspace();
  workspace = { ...base, links: join(base.base, 'links') };
  mkdirSync(workspace.links);
  await writeMixedApp({ ...workspace, eggCache: '' } satisfies TestWorkspace);
  await bundle('1.0rc1');
  const policy = join(workspace.directory, 'src/policy/policy.py');
  writeFileSync(policy, readFileSync(policy, 'utf8').replace('"policy"', '"policy two"'));
  await bundle('1.0');
}, 10 * minutes);

afterAll(() => workspace.remove());

async function bundle(version: string): Promise<void> {
  const words = ['release', 'bundle', '--prefix', prefix, '-n', 'app', '--release-version', version];
  expectSuccess(await workspace.run([...words, '-o', `../app-${version}.tar.zst`]));
}

async function packages(
  folder: string,
  words: readonly string[],
  run: readonly string[] = [],
): Promise<string> {
  const output = join(workspace.base, folder);
  const line = [
    'release',
    'rpm',
    ...words,
    '-o',
    output,
    '--summary',
    'A shop: 100% good',
    '--owner',
    'root',
  ];
  expectSuccess(await workspace.run(line, { cwd: workspace.base, prefix: run }));
  return output;
}

function expectDone({ code, output }: OutcomeInRoot): string {
  expect(code, output).toBe(0);
  return output;
}

function emptyRoot(name: string): string {
  const root = join(workspace.base, name);
  mkdirSync(root);
  return root;
}

const rpm = 'rpm --root "$root" --dbpath /var/lib/rpm';
const runsIn = (script: string): string => `chroot "$root" ${prefix}/current/bin/${script}`;

test(
  'an RPM is the same on any day, verified, installed, upgraded and erased; the state stays',
  async () => {
    const first = await packages('rpm-1', ['app-1.0rc1.tar.zst']);
    const name = 'app-1.0~rc1-1.x86_64.rpm';
    expect(readdirSync(first)).toEqual([name]);
    const second = await packages('rpm-2', ['app-1.0rc1.tar.zst'], anotherDay);
    expect(readFileSync(join(first, name)).equals(readFileSync(join(second, name)))).toBe(true);
    const next = join(await packages('rpm-3', ['app-1.0.tar.zst']), 'app-1.0-1.x86_64.rpm');

    const needs = execFileSync('rpm', ['-qp', '--requires', join(first, name)], { encoding: 'utf8' });
    expect(needs).toContain('libc.so.6()(64bit)\n');
    expect(needs).toMatch(/libc\.so\.6\(GLIBC_2\.\d+(\.\d+)?\)\(64bit\)\n/);
    expect(needs).not.toContain('python3dist');

    const root = emptyRoot('rpm-root');
    const installed = expectDone(
      runInRoot(
        root,
        `${rpm} --initdb; ${rpm} -i --nodeps ${join(first, name)}; ${rpm} -V --nodeps app && echo verified
         ${runsIn('policy')}; ls -l "$root${prefix}"; echo precious > "$root${prefix}/var/log/app.log"`,
      ),
    );
    expect(installed).toContain('verified\n');
    expect(installed).toMatch(/^policy 42 demo /m);
    const upgraded = expectDone(
      runInRoot(
        root,
        `${rpm} -U --nodeps ${next}; ${rpm} -V --nodeps app; ${runsIn('policy')}; ls "$root${prefix}/releases" | wc -l`,
      ),
    );
    expect(upgraded).toMatch(/^policy two 42 demo .*\n1$/m);
    expectDone(runInRoot(root, `${rpm} -U --oldpackage --nodeps ${join(first, name)}; ${runsIn('policy')}`));
    expectDone(runInRoot(root, `${rpm} -e app`));
    expect(readFileSync(join(root, prefix, 'var/log/app.log'), 'utf8')).toBe('precious\n');
    expect(readdirSync(join(root, prefix))).toEqual(['var']);
  },
  5 * minutes,
);

test(
  'a changed file is found by rpm -V, and a directory in the way of `current` is refused',
  async () => {
    const [file = ''] = readdirSync(await packages('rpm-4', ['app-1.0.tar.zst']));
    const path = join(workspace.base, 'rpm-4', file);
    const root = emptyRoot('rpm-changed');
    const changed = runInRoot(
      root,
      `${rpm} --initdb; ${rpm} -i --nodeps ${path}; echo >> "$root${prefix}/current/bin/policy"; ${rpm} -V --nodeps app`,
    );
    expect(changed.code).not.toBe(0);
    expect(changed.output).toMatch(/^S\.5\S* +.*\/bin\/policy$/m);
    const taken = emptyRoot('rpm-taken');
    mkdirSync(join(taken, prefix, 'current'), { recursive: true });
    const refused = runInRoot(taken, `${rpm} --initdb; ${rpm} -i --nodeps ${path}`);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain(`${prefix}/current is a directory`);
  },
  3 * minutes,
);

test(
  'a source RPM is rebuilt to the same files, with no network',
  async () => {
    expectSuccess(
      await workspace.run(
        ['release', 'source', workspace.directory, `find-links=${workspace.links}`, '-n', 'app-source'],
        { cwd: workspace.base },
      ),
    );
    const folder = await packages('srpm', ['app-1.0.tar.zst', '--source', 'app-source.tgz']);
    expect(readdirSync(folder).sort()).toEqual(['app-1.0-1.src.rpm', 'app-1.0-1.x86_64.rpm']);
    const again = await packages('srpm-2', ['app-1.0.tar.zst', '--source', 'app-source.tgz'], anotherDay);
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name)).equals(readFileSync(join(again, name))), name).toBe(true);
    }
    const top = join(workspace.base, 'rebuild');
    mkdirSync(join(top, 'home'), { recursive: true });
    const words = ['--rebuild', '--nodeps', '--define', `_topdir ${top}`, join(folder, 'app-1.0-1.src.rpm')];
    const rebuilt = spawnSync('unshare', ['-Urn', 'rpmbuild', ...words], {
      encoding: 'utf8',
      env: { ...process.env, HOME: join(top, 'home'), SOURCE_DATE_EPOCH: '1577836800' },
    });
    expect(rebuilt.status, rebuilt.stdout + rebuilt.stderr).toBe(0);
    const name = 'app-1.0-1.x86_64.rpm';
    const [ours, theirs] = [join(folder, name), join(top, 'RPMS/x86_64', name)].map(filesOf);
    expect(ours?.filter((line) => theirs?.includes(line) === false)).toEqual([]);
    expect(theirs?.filter((line) => ours?.includes(line) === false)).toEqual([]);
  },
  10 * minutes,
);

/** Path, mode, owner, time, digest and target of every file, and what the package needs. */
function filesOf(path: string): string[] {
  const format =
    '[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEMTIMES} %{FILEDIGESTS} %{FILENAMES} %{FILELINKTOS}\\n]';
  const words = ['-qp', '--qf', format, '--requires', path];
  return execFileSync('rpm', words, { encoding: 'utf8', maxBuffer: 2 ** 26 }).split('\n');
}

const dpkg = 'dpkg --root="$root" --force-depends';

test(
  'a Debian package is the same on any day, installed, verified, upgraded and purged; the state stays',
  async () => {
    const first = await packages('deb-1', [
      '--deb',
      'app-1.0rc1.tar.zst',
      '--maintainer',
      'Me <me@example.com>',
    ]);
    const name = 'app_1.0~rc1-1_amd64.deb';
    expect(readdirSync(first)).toEqual([name]);
    const words = ['--deb', 'app-1.0rc1.tar.zst', '--maintainer', 'Me <me@example.com>'];
    const second = await packages('deb-2', words, anotherDay);
    expect(readFileSync(join(first, name)).equals(readFileSync(join(second, name)))).toBe(true);
    const next = join(await packages('deb-3', ['--deb', 'app-1.0.tar.zst']), 'app_1.0-1_amd64.deb');

    const control = execFileSync('dpkg-deb', ['-f', join(first, name)], { encoding: 'utf8' });
    expect(control).toMatch(/^Depends: (.*, )?libc6 \(>= 2\.\d+(\.\d+)?\)/m);
    expect(control).toContain('Maintainer: Me <me@example.com>\nInstalled-Size: ');
    const unpacked = emptyRoot('deb-unpacked');
    execFileSync('dpkg-deb', ['-x', join(first, name), unpacked]);
    expect(readdirSync(join(unpacked, prefix)).sort()).toEqual(['.clutch', 'releases']);

    const root = emptyRoot('deb-root');
    const installed = expectDone(
      runInRoot(
        root,
        `${dpkg} -i ${join(first, name)}; ${dpkg} -V app && echo verified; ${runsIn('policy')}
         echo precious > "$root${prefix}/var/log/app.log"`,
      ),
    );
    expect(installed).toContain('verified\n');
    expect(installed).toMatch(/^policy 42 demo /m);
    const upgraded = expectDone(
      runInRoot(
        root,
        `${dpkg} --unpack ${next}; ${runsIn('policy')}; ${dpkg} --configure app; ${dpkg} -V app
         ${runsIn('policy')}; ls "$root${prefix}/releases" | wc -l`,
      ),
    );
    // Already while the new one is unpacked and not configured.
    expect(upgraded.match(/^policy two 42 demo /gm)).toHaveLength(2);
    expect(upgraded).toMatch(/^1$/m);
    expectDone(runInRoot(root, `${dpkg} -P app`));
    expect(readFileSync(join(root, prefix, 'var/log/app.log'), 'utf8')).toBe('precious\n');
    expect(readdirSync(join(root, prefix))).toEqual(['var']);
  },
  5 * minutes,
);

test('without the tools, and for what is no bundle, it says what to do', async () => {
  const empty = join(workspace.base, 'no-programs');
  mkdirSync(empty);
  const fails = async (words: readonly string[]): Promise<RunResult> =>
    workspace.run(['release', 'rpm', ...words], {
      cwd: workspace.base,
      environment: {
        PATH: empty,
        BUILDOUT_PYTHON: execFileSync('which', ['python3'], { encoding: 'utf8' }).trim(),
      },
    });
  expect((await fails(['app-1.0.tar.zst'])).stderr).toMatch(/There is no `rpmbuild`[^]*rpm-build/);
  expect((await fails(['--deb', 'app-1.0.tar.zst'])).stderr).toMatch(
    /no package|There is no `dpkg-deb`|laid out/,
  );
  expect((await fails(['links'])).stderr).toContain('is no bundle');
  expect((await fails([])).stderr).toContain('needs a BUNDLE');
  expect((await fails(['nowhere.tar.zst'])).stderr).toContain('does not exist');
  expect((await fails(['app-1.0.tar.zst', '--source', 'app-1.0.tar.zst'])).stderr).toContain(
    'no source release',
  );
});
