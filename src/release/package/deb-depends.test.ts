// Which packages have the libraries that a release needs, asked of the real dpkg where there is one.

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { loaderDirectories } from '#store';
import type { ReleaseManifest } from '../tree/index.ts';
import { findDebDepends } from './deb-depends.ts';

const hasDpkg = spawnSync('dpkg-query', ['-S', '/bin/sh']).status === 0;
const system = { directories: loaderDirectories() };
const manifest: ReleaseManifest = { format: 1, name: 'shop', version: '1', root: '', units: [] };

test.runIf(hasDpkg)(
  'libraries with versions of their symbols need packages that are new enough',
  async () => {
    const libraries = [
      { soname: 'libc.so.6', versions: ['GLIBC_2.2.5', 'GLIBC_2.34', 'GLIBC_2.17'] },
      { soname: 'libm.so.6', versions: ['GLIBC_2.29'] },
      { soname: 'libgcc_s.so.1' },
      { soname: 'libnowhere.so.9' },
    ];
    const { depends, unresolved } = await findDebDepends({ ...manifest, libraries }, system);
    expect(depends).toEqual(['libc6 (>= 2.34)', expect.stringMatching(/^libgcc-s1/)]);
    expect(unresolved).toEqual(['libnowhere.so.9']);
  },
);

test.runIf(hasDpkg)('the interpreter is asked for whole', async () => {
  const python = { implementation: 'cpython', version: '3.11', executable: '/usr/bin/no-such-python' };
  expect(await findDebDepends({ ...manifest, python }, system)).toEqual({
    depends: [],
    unresolved: ['/usr/bin/no-such-python'],
  });
  const elsewhere = { ...python, executable: '/root/.pyenv/bin/python3' };
  expect((await findDebDepends({ ...manifest, python: elsewhere }, system)).depends).toEqual([]);
});
