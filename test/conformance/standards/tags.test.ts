// The tags of every Python on this machine, and of machines that we have not, against `packaging.tags`.

import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';

import { supportedTags, type PythonTagsInput } from '#standards';
import { oraclePython, pyenvPythons } from '../../support/oracle-python.ts';

interface Answer {
  description: PythonTagsInput;
  tags: string[];
  others: string[][];
}

async function ask(python: string | undefined, questions: readonly unknown[] = []): Promise<Answer> {
  const oracle = await oraclePython();
  const find = 'import os, packaging; print(os.path.dirname(os.path.dirname(packaging.__file__)))';
  const packagingPath = execFileSync(oracle, ['-c', find], { encoding: 'utf8' }).trim();
  const output = execFileSync(python ?? oracle, [join(import.meta.dirname, 'tags-oracle.py')], {
    encoding: 'utf8',
    env: {
      ...process.env,
      PACKAGING_PATH: join(dirname(packagingPath), 'site-packages'),
      QUESTIONS: JSON.stringify(questions),
    },
  });
  return JSON.parse(output) as Answer;
}

test.each(pyenvPythons())('lists the tags of Python 3.$minor here', async ({ python }) => {
  const { description, tags } = await ask(python);
  expect(supportedTags(description)).toEqual(tags);
});

test('lists the platforms of other machines', async () => {
  const macs = [
    [10, 9],
    [10, 15],
    [11, 0],
    [12, 3],
    [15, 1],
    [26, 0],
  ].flatMap((version) =>
    ['x86_64', 'arm64', 'i386', 'ppc', 'ppc64'].map((machine) => ({ version, machine })),
  );
  const linuxes = [
    { libc: { glibc: [2, 36] }, machine: 'x86_64', bits: 32 },
    { libc: { glibc: [2, 5] }, machine: 'x86_64', bits: 64 },
    { libc: { glibc: [2, 39] }, machine: 'aarch64', bits: 64 },
    { libc: { glibc: [2, 31] }, machine: 'armv7l', bits: 32 },
    { libc: { glibc: [2, 31] }, machine: 'aarch64', bits: 32 },
    { libc: { glibc: [2, 17] }, machine: 's390x', bits: 64 },
    { libc: { glibc: [3, 2] }, machine: 'riscv64', bits: 64 },
    { libc: { glibc: [2, 36] }, machine: 'mips64', bits: 64 },
    { libc: { musl: [1, 2] }, machine: 'x86_64', bits: 64 },
    { libc: { musl: [1, 2] }, machine: 'aarch64', bits: 64 },
  ];
  const { others } = await ask(undefined, [
    ...macs.map(({ version, machine }) => ['mac', version, machine]),
    ...linuxes.map(({ libc, machine, bits }) => ['linux', libc, machine, bits]),
  ]);
  const descriptions: PythonTagsInput[] = [
    ...macs.map(({ version, machine }) => ({
      ...python311,
      platform: `macosx-10.9-${machine}`,
      macosVersion: version.join('.'),
    })),
    ...linuxes.map(({ libc, machine, bits }) => ({
      ...python311,
      platform: `linux-${machine}`,
      pointerBits: bits,
      libc: libcOf(libc),
    })),
  ];
  expect(descriptions.map(platformsOf)).toEqual(others);
});

const python311: PythonTagsInput = {
  implementation: 'cpython',
  version: [3, 11, 7],
  soabi: 'cpython-311',
  platform: '',
  pointerBits: 64,
};

function libcOf(libc: { glibc?: number[]; musl?: number[] }): { name: 'glibc' | 'musl'; version: string } {
  const { glibc, musl } = libc;
  return glibc === undefined
    ? { name: 'musl', version: (musl ?? []).join('.') }
    : { name: 'glibc', version: glibc.join('.') };
}

function platformsOf(python: PythonTagsInput): string[] {
  const own = 'cp311-cp311-';
  return supportedTags(python)
    .filter((tag) => tag.startsWith(own))
    .map((tag) => tag.slice(own.length));
}
