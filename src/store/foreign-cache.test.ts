// An ordinary user with a cache that root filled: links to foreign files are refused by the kernel
// (fs.protected_hardlinks), and nothing can be written. The run goes on with copies.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openEggCache } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-foreign-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const script = `
import { mkdirSync, statSync } from 'node:fs';
import { openEggCache } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
const [root, key] = process.argv.slice(1);
const warnings = [];
const cache = openEggCache({ directory: root + '/cache', link: 'hardlink', report: (event) => event.type === 'log' && warnings.push(event.text) });
const egg = cache.find(key);
const placed = cache.place(egg, root + '/mine/eggs/Demo.egg');
mkdirSync(root + '/mine/built');
const stored = cache.store(['1'.repeat(64)], { directory: root + '/mine/built' }, { ...egg.manifest }) ?? 'no';
(await cache.lock(key)).release();
const { nlink, mtimeMs, mode } = statSync(root + '/mine/eggs/Demo.egg/demo.py');
console.log(JSON.stringify({ placed, stored, nlink, mtimeMs, mode: (mode & 0o777).toString(8), warnings: warnings.length }));
`;

test.runIf(process.geteuid?.() === 0)(
  'a cache of another user is read, copied from, and not written to',
  () => {
    chmodSync(root, 0o755);
    const cache = openEggCache({ directory: join(root, 'cache'), link: 'auto', report: () => undefined });
    const directory = join(cache.temporaryDirectory(), 'egg');
    mkdirSync(directory);
    writeFileSync(join(directory, 'demo.py'), 'x = 1\n');
    const key = '0'.repeat(64);
    const metadata = { requiresDist: [], providesExtra: [], texts: {} };
    cache.store([key], { directory }, { eggName: 'Demo.egg', project: 'Demo', version: '1', metadata });
    mkdirSync(join(root, 'mine'));
    chmodSync(join(root, 'mine'), 0o777);
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script, root, key], {
      uid: 65_534,
      gid: 65_534,
      encoding: 'utf8',
      cwd: root,
    });
    expect(child.stderr).toBe('');
    expect(JSON.parse(child.stdout)).toEqual({
      placed: { outcome: 'placed', how: 'copy' },
      stored: 'no',
      nlink: 1,
      mtimeMs: 1_577_836_800_000,
      mode: '444',
      warnings: 1,
    });
  },
);
