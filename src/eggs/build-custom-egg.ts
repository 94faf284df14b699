// One distribution built from source with options for its extensions, as zc.buildout's `easy_install.build` does it
// for zc.recipe.egg:custom.

import { join } from 'node:path';

import { BuildError, pythonRepr } from '#base';
import type { Candidate } from '#index';
import {
  cannotInstall,
  constrainRequirement,
  decideDistribution,
  normalizePins,
  requirementText,
} from '#resolver';
import { canonicalizeName, parseRequirement, type Requirement } from '#standards';

import type { EggRun } from './egg-run.ts';
import { buildEgg, type EggMakerOptions } from './make-egg.ts';
import { offerEgg, tryRemoteEgg } from './remote-eggs.ts';
import type { WorkshopEgg } from './egg-workshop.ts';
import type { BuildOptions } from './eggs-contract.ts';
import type { FetchedFile } from './fetch-file.ts';
import { findUsable } from './find-usable.ts';
import { createInstallSource, prepareDestination, supplyOptions } from './installation.ts';
import { placesOf } from './source-request.ts';

/** The location of a fitting one that is here, else of the egg that was built; its files are there then. */
export async function buildCustomEgg(run: EggRun, spec: string, options: BuildOptions): Promise<string[]> {
  const { settings } = run;
  const pins = options.pins ?? settings.pins;
  const requirement = constrain(parseRequirement(spec), pins);
  const destination = prepareDestination(run, options);
  const source = createInstallSource(run, { options, destination, pins });
  const context = {
    source,
    newest: options.newest ?? settings.newest,
    preferFinal: settings.preferFinal,
    canInstall: destination !== undefined,
    report: settings.report,
  };
  const { have, available } = await decideDistribution(requirement, context, true);
  if (have !== undefined) return [have.location];
  if (destination === undefined) throw cannotInstall(requirement, 'build');
  if (available === undefined) throw noSource(requirement);
  settings.report({ type: 'log', level: 'debug', text: `Building ${pythonRepr(spec)}` });
  const places = placesOf(run, options);
  const file = await run.fetcher().fetch(available.file, run.index(places));
  const egg = await buildOrFind(available.file, file, {
    ...supplyOptions(run, places, pins),
    buildExt: options.buildExt,
    ...(options.environment === undefined ? {} : { extraEnvironment: definedOnly(options.environment) }),
    request: { ...run.request(normalizePins(pins)), buildExt: options.buildExt },
  });
  const target = join(destination, egg.facts.eggName);
  run.workshop.place(
    egg,
    { path: target },
    `Getting distribution for ${pythonRepr(requirementText(requirement))}.`,
  );
  await run.workshop.settle();
  return [target];
}

/** Variables of the build are in no key: such an egg is neither looked for in the cache nor filed there. */
async function buildOrFind(
  candidate: Candidate,
  file: FetchedFile,
  options: EggMakerOptions,
): Promise<WorkshopEgg> {
  const { workshop, extraEnvironment } = options;
  const hasVariables = extraEnvironment !== undefined && Object.keys(extraEnvironment).length > 0;
  if (hasVariables) return buildEgg(candidate, { ...file, sha256: '' }, options);
  const build = (): Promise<WorkshopEgg> => buildEgg(candidate, file, options);
  const { kind, project } = candidate;
  const found = await findUsable({ kind, project, sha256: file.sha256 }, options);
  if (found !== undefined) return workshop.fromCache(found, build);
  const remote = await tryRemoteEgg({ ...candidate, remake: build }, file, options);
  if (remote !== undefined) return remote;
  const egg = await build();
  await offerEgg(egg, options);
  return egg;
}

function constrain(requirement: Requirement, pins: ReadonlyMap<string, string>): Requirement {
  const pin = normalizePins(pins).get(canonicalizeName(requirement.name));
  return pin === undefined || pin === '' ? requirement : constrainRequirement(pin, requirement);
}

function noSource(requirement: Requirement): BuildError {
  const quoted = pythonRepr(requirementText(requirement));
  return new BuildError('MISSING_SOURCE', `Couldn't find a source distribution for ${quoted}.`);
}

function definedOnly(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
