// A project's distributions as they are published: its source archive, and a wheel built from that archive, so that
// what is published can be built by others.

import { buildArchive, buildSdist } from '#build';
import { normalizePins } from '#resolver';

import { createBuildRequirements } from './build-requirements.ts';
import { createEggRun } from './egg-run.ts';
import type { EggSettings } from './eggs-contract.ts';
import { placesOf } from './source-request.ts';

export interface BuiltProject {
  sdist: string;
  wheel: string;
}

/** Builds into `output`, which is made; build requirements come as those of eggs do. Fails as a build does. */
export async function buildProject(
  settings: EggSettings,
  { directory, output, name }: { directory: string; output: string; name: string },
): Promise<BuiltProject> {
  const run = createEggRun({ ...settings });
  const { python, environment, report, signal, pins } = settings;
  const requirements = createBuildRequirements({
    run,
    places: placesOf(run, {}),
    pins: normalizePins(pins),
  });
  const shared = {
    workDirectory: output,
    python,
    environment,
    report,
    signal,
    requirementsFor: async (wanted: readonly string[]) => (await requirements.obtain(wanted, [])).path,
  };
  const sdist = await buildArchive({ ...shared, source: directory, name });
  return { sdist, wheel: await buildSdist({ ...shared, source: sdist }) };
}
