import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readInstalledRecords } from './installed-records.ts';

const newFile = (): string => join(mkdtempSync(join(tmpdir(), 'clutch-records-')), '.installed.cfg');

test('reads what zc.buildout appends as the newest word', async () => {
  const file = newFile();
  writeFileSync(
    file,
    '[buildout]\ninstalled_develop_eggs = /b/develop-eggs/r.egg-link\nparts = a b\n\n[a]\n' +
      '__buildout_installed__ = /b/one\n\t/b/two\n__buildout_signature__ = r-1\nrecipe = r\n\n[b]\n' +
      '__buildout_installed__ = \nrecipe = r\n\n[buildout]\nparts = b\n\n[buildout]\nparts = b a\n',
  );
  const records = await readInstalledRecords(file);
  expect(records.parts).toEqual(['b', 'a']);
  expect(records.developEggs).toBe('/b/develop-eggs/r.egg-link');
  expect(records.part('a')).toEqual({
    name: 'a',
    options: { __buildout_signature__: 'r-1', recipe: 'r' },
    paths: ['/b/one', '/b/two'],
  });
  expect(records.part('b')?.paths).toEqual([]);
  expect(records.part('c')).toBeUndefined();
});

test('writes the text of zc.buildout and nothing when nothing changed', async () => {
  const file = newFile();
  const records = await readInstalledRecords(file);
  expect(records.exists).toBe(false);
  records.setDevelopEggs('');
  records.setPart({
    name: 'p',
    options: { recipe: 'r', blank: '', lines: '\n a\n\n  b ' },
    paths: ['x', 'y'],
  });
  records.setParts(['p']);
  records.save();
  const text = readFileSync(file, 'utf8');
  expect(text).toBe(`[buildout]
installed_develop_eggs = 
parts = p

[p]
__buildout_installed__ = x
	y
blank = 
lines = %(__buildout_space_n__)s%(__buildout_space__)sa
	%(__buildout_space_n__)s%(__buildout_space__)s%(__buildout_space__)sb%(__buildout_space__)s
recipe = r
`);
  const again = await readInstalledRecords(file);
  expect(again.part('p')).toEqual(records.part('p'));
  again.setPart({ name: 'p', options: again.part('p')?.options ?? {}, paths: ['x', 'y'] });
  again.save();
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('forgets the sections of parts that are not installed, and removes the file', async () => {
  const file = newFile();
  writeFileSync(file, '[buildout]\nparts = a\n\n[a]\nrecipe = r\n\n[old]\nrecipe = r\n');
  const records = await readInstalledRecords(file);
  records.setParts([]);
  records.save();
  expect(readFileSync(file, 'utf8')).toBe('[buildout]\nparts = \n');
  records.remove();
  expect(existsSync(file)).toBe(false);
});

test('records nothing when the option `installed` is empty', async () => {
  const records = await readInstalledRecords('');
  records.setParts(['a']);
  records.save();
  expect(records.exists).toBe(false);
});
