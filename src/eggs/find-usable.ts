// An egg of the egg cache that may be used now. When everything for a release is collected, that is one whose build
// requirements can be collected too: who installs the release has to build it.

import { BuildError } from '#base';
import { canonicalizeName } from '#standards';
import type { CachedEgg } from '#store';

import { asBuildRecord, findCached, type WantedFile } from './egg-request.ts';
import type { EggMakerOptions } from './make-egg.ts';

export async function findUsable(
  file: WantedFile & { project: string },
  options: EggMakerOptions,
): Promise<CachedEgg | undefined> {
  if (options.cache === undefined) return undefined;
  const egg = await findCached(options.cache, file, options.request);
  if (egg === undefined || !options.collects || file.kind !== 'sdist') return egg;
  return (await collectRequirements(file.project, egg, options)) ? egg : undefined;
}

/** False: what it was built with is out of reach, or nobody knows it. */
async function collectRequirements(
  project: string,
  { manifest }: CachedEgg,
  { buildRequirements, building }: EggMakerOptions,
): Promise<boolean> {
  const used = asBuildRecord(manifest.used);
  if (used === undefined) return false;
  const requirements = Object.entries(used.requirements).map(([name, version]) => `${name}==${version}`);
  try {
    await buildRequirements.obtain(requirements, [...building, canonicalizeName(project)]);
    return true;
  } catch (error) {
    if (error instanceof BuildError && error.code !== 'INTERRUPTED') return false;
    throw error;
  }
}
