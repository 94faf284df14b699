// The directories that `.pth` files in a distribution's location name: editable installs (PEP 660) put them there.

import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hasCode } from '#base';

/**
 * Absolute paths from every `*.pth` file in `location`, each once. Comments and `import` lines are skipped; a location
 * that is no directory has none.
 *
 * Files are read in the order of their names. zc.buildout takes the directory's own order, which is no order at all.
 * `names` says which files there are, when somebody knows.
 */
export function pathsFromPthFiles(
  location: string,
  names: readonly string[] = listPthFiles(location),
): string[] {
  const paths = new Set<string>();
  for (const name of names) {
    for (const line of readLines(resolve(location, name))) {
      const text = line.trim();
      if (text === '' || text.startsWith('#') || text.startsWith('import ')) continue;
      paths.add(resolve(location, text));
    }
  }
  return [...paths];
}

/** The names of the `.pth` files in a directory, sorted; none when it is no directory. */
export function listPthFiles(location: string): readonly string[] {
  try {
    return readdirSync(location)
      .filter((name) => name.endsWith('.pth'))
      .sort();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

// As in zc.buildout (utils.py, get_pth_paths): a file that cannot be read adds nothing.
function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'EISDIR')) return [];
    throw error;
  }
}
