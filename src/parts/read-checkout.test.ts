import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readCheckout } from './read-checkout.ts';

function writeFiles(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'clutch-checkout-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

test('pyproject.toml says it all', async () => {
  const toml =
    '[project]\nname = "mine"\nversion = "2"\ndependencies = ["a>1"]\n[project.scripts]\nrun = "mine:main"\n';
  expect(await readCheckout(writeFiles({ 'pyproject.toml': toml }))).toMatchObject({
    project: 'mine',
    version: '2',
    requires: ['a>1'],
    entryPoints: '[console_scripts]\nrun = mine:main\n',
    complete: true,
  });
});

test('what is dynamic is not complete', async () => {
  const toml = '[project]\nname = "mine"\ndynamic = ["version"]\n';
  expect(await readCheckout(writeFiles({ 'pyproject.toml': toml }))).toMatchObject({
    version: '9999',
    complete: false,
  });
});

test('an earlier build comes before the literals of setup.py', async () => {
  const setup = "setup(name='mine', version='3', install_requires=['a[x]', \"b>=1\",\n 'c'])";
  const files = { 'setup.py': setup };
  const literals = { project: 'mine', version: '3', requires: ['a[x]', 'b>=1', 'c'], complete: false };
  expect(await readCheckout(writeFiles(files))).toMatchObject(literals);
  const built = {
    ...files,
    'src/mine.egg-info/PKG-INFO': 'Metadata-Version: 2.1\nName: mine\nVersion: 4\n',
    'src/mine.egg-info/requires.txt': 'd\n',
  };
  expect(await readCheckout(writeFiles(built))).toMatchObject({ version: '4', requires: ['d'] });
});

test('the path of a setup script means its directory; no project is no checkout', async () => {
  const directory = writeFiles({ 'setup.py': 'x', 'setup.cfg': '[metadata]\nname = mine\nversion = 1\n' });
  expect(await readCheckout(join(directory, 'setup.py'))).toMatchObject({
    directory,
    project: 'mine',
    version: '1',
  });
  expect(await readCheckout(writeFiles({}))).toBeUndefined();
});

test('a pyproject.toml that is no TOML is passed over', async () => {
  expect(await readCheckout(writeFiles({ 'pyproject.toml': '[project]\nname =' }))).toBeUndefined();
});
