// Where the Python files that clutch ships are: `python/` at the package root, from `src/` and from a bundle alike.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

let directory: string | undefined;

/** The path of one of the Python files shipped with clutch (`probe.py`). */
export function pythonSourceFile(name: string): string {
  directory ??= join(packageRoot(import.meta.dirname), 'python');
  return join(directory, name);
}

function packageRoot(start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  throw new Error(`no package.json above ${start}`);
}
