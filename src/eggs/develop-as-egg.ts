// A source checkout built as an ordinary egg in the develop-eggs directory: what a release has in the place of a develop
// egg. It takes part in decisions as a develop egg does, since its metadata lies where theirs would.

import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pythonRepr } from '#base';

import type { EggRun } from './egg-run.ts';
import { supplyOptions } from './installation.ts';
import { buildEgg } from './make-egg.ts';
import { placesOf } from './source-request.ts';

export interface DevelopRequest {
  /** The project's directory, or a file in it. */
  setup: string;
  destination: string | undefined;
  buildExt: Readonly<Record<string, string>> | undefined;
}

/**
 * Builds it where it is, as a develop egg would be, and gives the path of the egg. It is neither looked for in the egg
 * cache nor filed there.
 */
export async function developAsEgg(
  run: EggRun,
  { setup, destination, buildExt }: DevelopRequest,
): Promise<string> {
  const { settings } = run;
  const root = statSync(setup).isDirectory() ? resolve(setup) : dirname(resolve(setup));
  const name = basename(root);
  const egg = await buildEgg(
    { kind: 'sdist', filename: name, project: name },
    { path: root, sha256: '' },
    {
      ...supplyOptions(run, placesOf(run, {}), settings.pins),
      inPlace: true,
      ...(buildExt === undefined ? {} : { buildExt }),
    },
  );
  const target = join(destination ?? settings.developEggsDirectory, egg.facts.eggName);
  run.workshop.place(egg, { path: target }, `Processing develop directory ${pythonRepr(root)}.`);
  await run.workshop.settle();
  run.builtDevelopEggs.add(target);
  return target;
}
