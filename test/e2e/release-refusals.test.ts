// What an upgrade refuses before anything changed, and how it comes back when the new release does not work. After each
// of these the old release is current and bit-identical.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  currentOf,
  runPython,
  snapshotOf,
  startPython,
  targetPython,
  writeBundle,
} from '../support/release-fixture.ts';
import { filesOf, releaseTarget, type ReleaseTarget } from '../support/release-target.ts';
import { finish, type RunResult } from '../support/run-clutch.ts';

/** Fails unless the run ended with this code, said this, and left the prefix as it was. */
async function expectRefusal(
  { prefix, bundles }: ReleaseTarget,
  act: () => Promise<RunResult>,
  { code, says }: { code: number; says: string | RegExp },
): Promise<void> {
  const root = bundles[0]?.manifest.root ?? '';
  const before = snapshotOf(join(prefix, 'releases'));
  const result = await act();
  expect(result.stderr).toMatch(says);
  expect(result.code, result.stderr).toBe(code);
  expect(result.stderr).not.toContain('Traceback');
  expect(currentOf(prefix)).toBe(root);
  expect(snapshotOf(join(prefix, 'releases'))).toEqual(before);
}

test('another release than the one it starts from: named with what differs', async () => {
  const target = await releaseTarget();
  const { prefix, bundles, run } = target;
  expect((await target.install(bundles[2]?.directory)).code).toBe(0);
  const result = await run();
  expect(result.code).toBe(76);
  expect(result.stderr).toMatch(
    /this upgrade is for shop 1\.0 \(\w+\), installed is shop 1\.2 \(\w+\); they differ in `\.`, `bin`, `eggs\/shop-1\.0-py3\.11\.egg`, `eggs/,
  );
  expect(currentOf(prefix)).toBe(bundles[2]?.manifest.root);
  const other = await runPython([target.upgrade, target.workspace.base]);
  expect(other).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('nothing is installed in') as string,
  });
});

test('an old release that somebody changed: each kind of change is named', async () => {
  const target = await releaseTarget();
  const release = join(target.prefix, 'current');
  execFileSync('chmod', ['-R', 'u+w', realpathSync(release)]);
  const egg = join(release, 'eggs/lib-2.0.egg');
  const refuse = (says: RegExp): Promise<void> =>
    expectRefusal(target, () => target.run(), { code: 76, says });
  const file = join(egg, 'lib.py');
  const content = readFileSync(file);
  chmodSync(file, 0o644);
  appendFileSync(file, '# patched here\n');
  await refuse(
    /shop 1\.0 \(\w+\) was changed since it was installed: `eggs\/lib-2\.0\.egg\/lib\.py` was changed/,
  );
  writeFileSync(file, content);
  chmodSync(file, 0o555);
  await refuse(/`eggs\/lib-2\.0\.egg\/lib\.py` has another mode/);
  chmodSync(file, 0o444);
  writeFileSync(join(egg, 'extra.txt'), '');
  await refuse(/`eggs\/lib-2\.0\.egg\/extra\.txt` is not part of it/);
  rmSync(join(egg, 'extra.txt'));
  rmSync(join(release, 'bin/shop'));
  await refuse(/`bin\/shop` is missing/);
  rmSync(join(release, 'parts/app'), { recursive: true });
  await refuse(/`parts\/app` is missing/);
});

test('byte code that Python wrote later is no change, and is not taken along', async () => {
  const { prefix, run } = await releaseTarget();
  const cache = join(prefix, 'current/eggs/lib-2.0.egg/__pycache__');
  chmodSync(dirname(cache), 0o755);
  mkdirSync(cache);
  writeFileSync(join(cache, 'lib.cpython-311.pyc'), 'byte code');
  expect(await run()).toMatchObject({ code: 0 });
  expect(existsSync(join(prefix, 'current/eggs/lib-2.0.egg/__pycache__'))).toBe(false);
});

test('a file with a changed byte, wherever it is', async () => {
  const target = await releaseTarget();
  const bytes = readFileSync(target.upgrade);
  for (const place of [0.3, 0.6, 0.9, 0.999]) {
    const changed = Buffer.from(bytes);
    const at = Math.floor(bytes.length * place);
    changed[at] = (changed[at] ?? 0) ^ 0x20;
    const file = join(target.workspace.base, 'changed.pyz');
    writeFileSync(file, changed);
    await expectRefusal(target, () => runPython([file, target.prefix]), {
      code: 65,
      says: /changed\.pyz` is damaged/,
    });
  }
  const half = join(target.workspace.base, 'half.pyz');
  writeFileSync(half, bytes.subarray(0, bytes.length / 2));
  await expectRefusal(target, () => runPython([half, target.prefix]), {
    code: 1,
    says: /SyntaxError|can't find '__main__'/,
  });
});

test.each([
  [
    'another version',
    { implementation: 'cpython', version: '2.6', executable: targetPython },
    /the release needs cpython 2\.6, `.*` is cpython 3/,
  ],
  [
    'no such Python',
    { implementation: 'cpython', version: '3.11', executable: '/opt/no/python' },
    /needs the Python `\/opt\/no\/python`, which is not there/,
  ],
])('a machine with the wrong Python: %s', async (_, python, says) => {
  const target = await releaseTarget({ python });
  await expectRefusal(target, () => target.run(), { code: 69, says });
  await expectRefusal(target, () => target.run(['--check']), { code: 69, says });
});

test('a machine without a library, and one of another platform', async () => {
  const libraries = [
    { soname: 'libc.so.6' },
    { soname: 'libnosuch.so.7', neededBy: 'eggs/lib-2.0.egg/lib.so' },
  ];
  const first = await releaseTarget({ libraries });
  await expectRefusal(first, () => first.run(), {
    code: 69,
    says: /libraries .* not have: libnosuch\.so\.7 \(for eggs\/lib/,
  });
  const second = await releaseTarget({ platform: 'solaris-2.11-sparc' });
  await expectRefusal(second, () => second.run(), {
    code: 69,
    says: /built for solaris-2\.11-sparc, this machine is/,
  });
});

test('two at once: the second says who is at work', async () => {
  const target = await releaseTarget();
  const hold =
    'import fcntl, os, sys, time\nfile = open(sys.argv[1], "r+")\nfcntl.flock(file, fcntl.LOCK_EX)\nprint(os.getpid(), file=file, flush=True)\nprint(flush=True)\ntime.sleep(60)';
  const holder = startPython(['-c', hold, join(target.prefix, '.clutch/lock')]);
  onTestFinished(() => void holder.kill('SIGKILL'));
  await new Promise((resolve) => holder.stdout?.once('data', resolve));
  const says = new RegExp(`is being changed by process ${holder.pid}`);
  await expectRefusal(target, () => target.run(), { code: 75, says });
  await expectRefusal(target, () => target.run(['--rollback']), { code: 75, says });
  holder.kill('SIGKILL');
  expect(await target.run()).toMatchObject({ code: 0 });
});

const inNamespace = ['unshare', '-Urm', 'sh', '-c'];

test('a read-only disk and a full one', async () => {
  const target = await releaseTarget();
  const { prefix } = target;
  const readOnly = [
    ...inNamespace,
    `mount --bind ${prefix} ${prefix} && mount -o remount,ro,bind ${prefix} && exec "$@"`,
    'sh',
  ];
  await expectRefusal(target, () => target.run([], { prefix: readOnly }), {
    code: 73,
    says: /Read-only|cannot write to/,
  });
  const copy = join(target.workspace.base, 'copy');
  mkdirSync(copy);
  const full = [
    ...inNamespace,
    `mount -t tmpfs -o size=2m tmpfs ${copy} && cp -a ${prefix}/. ${copy} && head -c 1500000 /dev/zero > ${copy}/var/log/big; "$@"; code=$?; ls ${copy}/releases; readlink ${copy}/current; exit $code`,
    'sh',
  ];
  const result = await runPython([target.upgrade, copy], { prefix: full });
  expect(result.stderr).toMatch(/has [\d.]+ \w+ free, [\d.]+ \w+ are needed/);
  const root = target.bundles[0]?.manifest.root ?? '';
  expect(result).toMatchObject({
    code: 73,
    stdout: expect.stringContaining(`${root}\nreleases/${root}\n`) as string,
  });
});

test('what is wrong on the command line', async () => {
  const { upgrade, prefix, run } = await releaseTarget();
  expect(await runPython([upgrade])).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('PREFIX') as string,
  });
  expect(await run(['--keep', 'all'])).toMatchObject({ code: 64 });
  expect(await run(['--rollback'])).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('no previous release') as string,
  });
  expect((await runPython([upgrade, '--help'])).stdout).toContain('--health COMMAND');
  expect((await runPython([join(prefix, 'current/bin/upgrade')])).code).toBe(64);
});

test('a bundle that is damaged, for another prefix, or installed twice', async () => {
  const target = await releaseTarget();
  const { workspace, bundles, prefix } = target;
  const second = join(workspace.base, 'second');
  cpSync(bundles[1]?.directory ?? '', second, { recursive: true, verbatimSymlinks: true });
  expect(await target.install(second, ['--prefix', '/opt/other'])).toMatchObject({
    code: 69,
    stderr: expect.stringContaining('built for `/opt/shop`') as string,
  });
  expect(await target.install(second, ['--check'])).toMatchObject({ code: 0 });
  appendFileSync(join(second, 'tree/parts/app/etc/app.conf'), '# changed\n');
  await expectRefusal(target, () => target.install(second), { code: 65, says: /it differs in `parts\/app`/ });
  rmSync(join(second, 'manifest.json'));
  await expectRefusal(target, () => target.install(second), { code: 65, says: /there is no manifest\.json/ });
  expect((await target.install(bundles[0]?.directory)).stdout).toContain('is installed already');
  expect(existsSync(join(prefix, 'var/log'))).toBe(true);
});

interface Service {
  target: ReleaseTarget;
  /** What the commands wrote, a word a line. */
  told: () => string[];
  words: (change?: Record<string, string>) => string[];
}

async function service(): Promise<Service> {
  const target = await releaseTarget();
  const file = join(target.workspace.base, 'told');
  const say = (word: string): string =>
    `printf '%s:' ${word} >> ${file}; basename $(readlink ${target.prefix}/current) >> ${file}`;
  const commands = { stop: say('stop'), start: say('start'), health: say('health') };
  const names = new Map(target.bundles.map(({ manifest }) => [manifest.root, manifest.version]));
  return {
    target,
    told: () =>
      (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []).map((line) => {
        const [word = '', root = ''] = line.split(':');
        return `${word} ${names.get(root)}`;
      }),
    words: (change = {}) =>
      Object.entries({ ...commands, timeout: '5', ...change }).map(([name, value]) => `--${name}=${value}`),
  };
}

test('stop, switch, start and health run in this order', async () => {
  const { target, told, words } = await service();
  expect(await target.run(words())).toMatchObject({ code: 0 });
  expect(told()).toEqual(['stop 1.0', 'start 1.1', 'health 1.1']);
  expect(await target.run(['--rollback', ...words()])).toMatchObject({ code: 0 });
  expect(told().slice(3)).toEqual(['stop 1.1', 'start 1.0', 'health 1.0']);
});

test.each([
  ['fails', 'exit 3', /`exit 3` exited with 3; shop 1\.0 \(\w+\) is current again/],
  ['hangs', 'sleep 30', /`sleep 30` was not done after 1 seconds/],
])('a health command that %s: the old release comes back', async (_, health, says) => {
  const { target, told, words } = await service();
  const result = await target.run(words({ health, timeout: '1' }));
  expect(result).toMatchObject({ code: 80, stderr: expect.stringMatching(says) as string });
  expect(currentOf(target.prefix)).toBe(target.bundles[0]?.manifest.root);
  expect(told()).toEqual(['stop 1.0', 'start 1.1', 'stop 1.1', 'start 1.0']);
  expect(await target.run(words())).toMatchObject({ code: 0 });
});

test('a stop command that fails, a start command that fails, and one that fails also on the way back', async () => {
  const { target, words } = await service();
  const check = (code: number, says: RegExp, change: Record<string, string>): Promise<void> =>
    expectCode(target, () => target.run(words(change)), { code, says });
  await check(1, /the stop command failed: .* nothing was switched/, { stop: 'false' });
  const onlyOld = `test "$(cat ${target.prefix}/current/parts/app/etc/app.conf)" = 'version 1.0'`;
  await check(80, /the start command failed/, { start: onlyOld });
  await check(81, /is current again, but `kill -9 \$\$` was ended by signal 9/, { start: 'kill -9 $$' });
});

async function expectCode(
  { prefix, bundles }: ReleaseTarget,
  act: () => Promise<RunResult>,
  { code, says }: { code: number; says: RegExp },
): Promise<void> {
  const result = await act();
  expect(result.stderr).toMatch(says);
  expect(result.code).toBe(code);
  expect(currentOf(prefix)).toBe(bundles[0]?.manifest.root);
}

test('SIGTERM while the health command runs: the old release comes back', async () => {
  const { target, words } = await service();
  const marker = join(target.workspace.base, 'asked');
  const child = startPython([
    target.upgrade,
    target.prefix,
    ...words({ health: `touch ${marker}; sleep 30`, timeout: '60' }),
  ]);
  const ended = finish(child);
  while (!existsSync(marker)) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 80, stderr: expect.stringContaining('interrupted') as string });
  expect(currentOf(target.prefix)).toBe(target.bundles[0]?.manifest.root);
});

test('says which processes run from the old release, and keeps a release that one runs from', async () => {
  const target = await releaseTarget();
  const { prefix, bundles } = target;
  const [first = ''] = bundles.map(({ manifest }) => manifest.root);
  const sleeper = startPython([
    '-c',
    'import sys, time; open(sys.argv[1]); print(flush=True); time.sleep(60)',
    join(prefix, 'current/bin/shop'),
  ]);
  onTestFinished(() => void sleeper.kill('SIGKILL'));
  await new Promise((resolve) => sleeper.stdout?.once('data', resolve));
  const upgraded = await target.run(['--json']);
  expect(upgraded.stderr).toMatch(
    new RegExp(`1 still run from the old release: ${sleeper.pid} \\(.*\\); restart`),
  );
  expect(JSON.parse(upgraded.stdout)).toMatchObject({ code: 0, running: [{ pid: sleeper.pid }] });
  const runner = startPython([
    '-c',
    'import os, sys, time; os.chdir(sys.argv[1]); sys.argv[1:] = []; print(flush=True); time.sleep(60)',
    join(prefix, 'releases', first),
  ]);
  onTestFinished(() => void runner.kill('SIGKILL'));
  await new Promise((resolve) => runner.stdout?.once('data', resolve));
  const installed = await target.install(bundles[2]?.directory, ['--keep', '1']);
  expect(installed).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`stays: ${runner.pid}`) as string,
  });
  expect(readdirSync(join(prefix, 'releases')).length).toBe(3);
});

test('a release of another application is refused by the installed program', async () => {
  const target = await releaseTarget();
  const { workspace, prefix } = target;
  const { directory } = writeBundle(
    join(workspace.base, 'blog'),
    { name: 'blog', version: '1.0', prefix: '/opt/shop' },
    filesOf('9'),
  );
  await expectRefusal(target, () => runPython([join(prefix, 'current/bin/upgrade'), directory]), {
    code: 69,
    says: /is a release of blog, installed is shop/,
  });
});
