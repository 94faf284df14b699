import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { listLocalPath } from './list-directory.ts';

test('SHA256SUMS of a directory gives hashes to the files in it, as sha256sum writes them', () => {
  const directory = mkdtempSync(join(tmpdir(), 'clutch-sums-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const names = ['a-1.0.tar.gz', 'b-1.0.tar.gz', 'c-1.0.tar.gz', 'd-1.0.tar.gz'];
  for (const name of names) writeFileSync(join(directory, name), '');
  const hash = (digit: string): string => digit.repeat(64);
  const lines = [
    `${hash('1')}  a-1.0.tar.gz`,
    `${hash('A')} *b-1.0.tar.gz`,
    `${hash('3')}  ./c-1.0.tar.gz`,
    `${hash('4')}  other/d-1.0.tar.gz`,
    'no hash  d-1.0.tar.gz',
    '',
  ];
  writeFileSync(join(directory, 'SHA256SUMS'), lines.join('\n'));
  const found = listLocalPath(directory)?.map(({ filename, hashes }) => [filename, hashes?.['sha256']]);
  expect(found).toEqual([
    ['SHA256SUMS', undefined],
    ['a-1.0.tar.gz', hash('1')],
    ['b-1.0.tar.gz', hash('a')],
    ['c-1.0.tar.gz', hash('3')],
    ['d-1.0.tar.gz', undefined],
  ]);
});
