// What the servers serve: the wheels of a real application (Plone), fetched once from PyPI, and as many small synthetic
// wheels as are wanted.

import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rawWheel, wheelName } from '../../test/support/raw-wheel.ts';

export interface FileSet {
  /** All files in one directory. */
  flat: string;
  /** The same, hard links, in a directory for each project. */
  tree: string;
  /** A project of it, and a small file of that project. */
  project: string;
  filename: string;
  count: number;
}

/** The wheels of the 240 pins of Plone that have one, and a requirements file for them. */
export function fetchPlone(directory: string): FileSet & { requirements: string } {
  const flat = join(directory, 'plone');
  const requirements = join(directory, 'requirements.txt');
  const pins = join(import.meta.dirname, '../plone62/requirements.txt');
  if (!existsSync(requirements)) {
    mkdirSync(flat, { recursive: true });
    const words = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-deps',
      '--prefer-binary',
      '--dest',
      flat,
      '-r',
      pins,
    ];
    execFileSync('python3', words, { stdio: ['ignore', 'inherit', 'inherit'] });
    const wheels = readdirSync(flat).filter((name) => name.endsWith('.whl'));
    const lines = wheels.map((name) => name.split('-').slice(0, 2).join('=='));
    writeFileSync(requirements, `${lines.join('\n')}\n`);
  }
  const filename = readdirSync(flat).find((name) => name.startsWith('waitress-')) ?? '';
  return { ...layOut(directory, flat, 'plone'), requirements, project: 'waitress', filename };
}

/** `count` wheels of some kilobytes, ten or more of a project. */
export function makeFiles(directory: string, count: number): FileSet {
  const flat = join(directory, `flat-${count}`);
  const projects = Math.min(5000, Math.ceil(count / 10));
  if (!existsSync(join(directory, `made-${count}`))) {
    mkdirSync(flat, { recursive: true });
    for (let number = 0; number < count; number += 1) {
      const parts = { name: `bench${number % projects}`, version: `1.${Math.floor(number / projects)}` };
      const text = `value = ${number}\n`.repeat(120);
      writeFileSync(
        join(flat, wheelName(parts)),
        rawWheel({ ...parts, entries: [{ name: 'more.py', content: text }] }),
      );
    }
    writeFileSync(join(directory, `made-${count}`), '');
  }
  return {
    ...layOut(directory, flat, String(count)),
    project: 'bench7',
    filename: wheelName({ name: 'bench7', version: '1.1' }),
  };
}

function layOut(directory: string, flat: string, name: string): Pick<FileSet, 'flat' | 'tree' | 'count'> {
  const tree = join(directory, `tree-${name}`);
  const names = readdirSync(flat);
  if (!existsSync(tree)) {
    for (const file of names) {
      const project = (file.split('-')[0] ?? '').toLowerCase().replaceAll(/[-_.]+/g, '-');
      mkdirSync(join(tree, project), { recursive: true });
      linkSync(join(flat, file), join(tree, project, file));
    }
  }
  return { flat, tree, count: names.length };
}

/** The pins of a requirements file. */
export function countLines(file: string): number {
  return readFileSync(file, 'utf8').trim().split('\n').length;
}
