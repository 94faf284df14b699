// `init` without a configuration file: writes one, minimal, or with a part for the requirements that were given.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BuildError, pythonRepr, type Report } from '#base';

/** Writes `file`; fails when it exists. Arguments with a slash are source directories and are made when missing. */
export function initConfiguration(file: string, words: readonly string[], report: Report): void {
  if (/^[a-zA-Z0-9+.-]+:\/\//.test(file)) return;
  const path = resolve(file);
  if (existsSync(path)) throw new BuildError('CONFIG_EXISTS', `${pythonRepr(path)} already exists.`);
  report({ type: 'print', text: `Creating ${pythonRepr(path)}.\n` });
  const directories = words.filter(isPath);
  writeFileSync(path, formatConfiguration(words));
  for (const directory of directories) if (!existsSync(directory)) mkdirSync(directory);
}

function formatConfiguration(words: readonly string[]): string {
  if (words.length === 0) return '[buildout]\nparts =\n';
  const eggs = words.filter((word) => !isPath(word)).join('\n  ');
  const paths = words.filter(isPath).join('\n  ');
  return (
    '[buildout]\nparts = py\n\n[py]\nrecipe = zc.recipe.egg\ninterpreter = py\neggs =\n' +
    (eggs === '' ? '' : `  ${eggs}\n`) +
    (paths === '' ? '' : `extra-paths =\n  ${paths}\n`)
  );
}

function isPath(word: string): boolean {
  return /[\\/]/.test(word);
}
