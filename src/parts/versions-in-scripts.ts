// Which versions installed scripts see: the paths in their text name eggs, and an egg's name has its version.

import { readFileSync, statSync } from 'node:fs';
import { hasCode } from '#base';
import { canonicalizeName, parseEggFilename } from '#standards';

/** Versions by canonical name, of every egg that one of these files mentions. */
export function readVersionsInScripts(paths: readonly string[]): Map<string, Set<string>> {
  const versions = new Map<string, Set<string>>();
  for (const path of paths) {
    for (const [, name = ''] of readScript(path).matchAll(/([^/'"\s]+\.egg)['"]/g)) {
      const egg = parseEggFilename(name);
      if (egg === undefined) continue;
      const project = canonicalizeName(egg.project);
      const known = versions.get(project) ?? new Set();
      versions.set(project, known.add(egg.version));
    }
  }
  return versions;
}

const largestScript = 4 << 20;

function readScript(path: string): string {
  try {
    const status = statSync(path);
    return status.isFile() && status.size < largestScript ? readFileSync(path, 'utf8') : '';
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) return '';
    throw error;
  }
}
