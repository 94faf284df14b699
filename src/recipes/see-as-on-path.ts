// Which of two copies of a distribution a running zc.buildout uses: it goes by the order of `sys.path`, while its
// egg-links go by the best match. An up-to-date setuptools carries copies of `packaging` and others beside those of
// site-packages, so the two differ.

import { readdirSync } from 'node:fs';
import { hasCode } from '#base';
import type { Distribution, WorkingSet } from '#eggs';
import { canonicalizeName } from '#standards';

/** What a part's signature needs of a distribution. */
export type Seen = Pick<Distribution, 'project' | 'version' | 'location' | 'precedence'>;

/** The copy that the first develop location of the working set holds; an egg is its own location. */
export function seeAsOnPath(distribution: Distribution, workingSet: WorkingSet): Seen {
  const { project, precedence } = distribution;
  if (precedence !== 'develop') return distribution;
  const develop = workingSet.filter((other) => other.precedence === 'develop');
  for (const location of new Set(develop.map((other) => other.location))) {
    if (location === distribution.location) break;
    const version = findVersion(location, project);
    if (version !== undefined) return { project, precedence, location, version };
  }
  return distribution;
}

function findVersion(directory: string, project: string): string | undefined {
  const wanted = canonicalizeName(project);
  for (const name of listNames(directory)) {
    const [, found = '', version] = /^([^-]+)-([^-]+)(?:-py[\d.]+)?\.(?:dist|egg)-info$/.exec(name) ?? [];
    if (canonicalizeName(found) === wanted) return version;
  }
  return undefined;
}

function listNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
