// One distribution built from source with options for its extensions, as zc.buildout's `easy_install.build` does it
// for zc.recipe.egg:custom.

import { renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { BuildError, pythonRepr, temporaryPathBeside } from '#base';
import type { Candidate } from '#index';
import {
  cannotInstall,
  constrainRequirement,
  decideDistribution,
  normalizePins,
  requirementText,
} from '#resolver';
import { canonicalizeName, parseRequirement, type Requirement } from '#standards';
import type { CachedEgg, SharedPlace } from '#store';

import { describeInputs } from './build-inputs.ts';
import type { CustomRequest } from './egg-request.ts';
import type { EggRun } from './egg-run.ts';
import type { WorkshopEgg } from './egg-workshop.ts';
import type { BuildOptions, Distribution } from './eggs-contract.ts';
import type { FetchedFile } from './fetch-file.ts';
import { tryRealpath } from './find-distributions.ts';
import { createInstallSource, prepareDestination, supplyOptions } from './installation.ts';
import { buildOnce, type EggMakerOptions } from './make-egg.ts';
import { tryRemoteEgg } from './remote-eggs.ts';
import { tellWhere } from './shelf.ts';
import { placesOf } from './source-request.ts';

/**
 * The location of a fitting one that is here, else of the egg that was built; its files are there then. Where eggs are
 * shared, a part's egg lies in the part's own place of a shared directory, and its location is a link to it.
 */
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
  if (have !== undefined) {
    noteBuilt(run, have);
    return [have.location];
  }
  if (destination === undefined) throw cannotInstall(requirement, 'build');
  if (available === undefined) throw noSource(requirement);
  settings.report({ type: 'log', level: 'debug', text: `Building ${pythonRepr(spec)}` });
  const places = placesOf(run, options);
  const custom = describeCustom(run, options);
  const file = await run.fetcher().fetch(available.file, run.index(places));
  const egg = await obtain(available.file, file, {
    ...supplyOptions(run, places, pins),
    buildExt: options.buildExt,
    extraEnvironment: custom.variables,
    request: { ...run.request(normalizePins(pins)), custom },
  });
  const place = await sharedPlace(run, egg, { section: options.section, custom });
  const path = join(destination, egg.facts.eggName);
  const target =
    place === undefined ? { path } : { path: place.path, put: (cached: CachedEgg) => place.put(cached) };
  const activity = `Getting distribution for ${pythonRepr(requirementText(requirement))}.`;
  run.workshop.place(egg, target, activity);
  await run.workshop.settle();
  if (place !== undefined) {
    replaceLink(path, place.path);
    run.notes.build(place.entry);
  }
  return [path];
}

/** Out of a cache, else built. */
async function obtain(
  candidate: Candidate,
  file: FetchedFile,
  options: EggMakerOptions,
): Promise<WorkshopEgg> {
  const build = (): Promise<WorkshopEgg> => buildOnce(candidate, file, options);
  return (await tryRemoteEgg({ ...candidate, remake: build }, file, options)) ?? build();
}

/** What is linked to a shared directory is recorded in every run. */
function noteBuilt(run: EggRun, dist: Distribution): void {
  const real = dist.isLink === true ? tryRealpath(dist.location) : undefined;
  const entry = real === undefined ? undefined : run.shared()?.entryOf(real);
  if (entry !== undefined) run.notes.build(entry);
}

/** What decides the build besides its source and the machine. */
function describeCustom(run: EggRun, { buildExt, environment = {} }: BuildOptions): CustomRequest {
  const before = run.settings.environment;
  const variables = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || value === before[name] ? [] : [[name, value]],
    ),
  );
  const texts = [...Object.values(buildExt), ...Object.values(variables)];
  return { buildExt, variables, inputs: describeInputs(texts, run.isShared) };
}

/** The part's own place in a shared directory; `undefined` when nothing is shared, or none can take it. */
async function sharedPlace(
  run: EggRun,
  egg: WorkshopEgg,
  { section, custom }: { section: string | undefined; custom: CustomRequest },
): Promise<SharedPlace | undefined> {
  const shared = section === undefined ? undefined : run.shared();
  const buildKey = shared && (await egg.finished())?.manifest.buildKey;
  if (section === undefined || shared === undefined || buildKey === undefined) return undefined;
  const variables = Object.entries(custom.variables).map(([name, value]) => [`environment ${name}`, value]);
  const facts = { ...custom.buildExt, ...Object.fromEntries(variables) };
  const { eggName, project } = egg.facts;
  const place = shared.placeFor({ buildKey, eggName, project }, { custom: { section, facts } });
  tellWhere(eggName, place, run);
  return place;
}

function replaceLink(link: string, target: string): void {
  const temporary = temporaryPathBeside(link);
  symlinkSync(target, temporary);
  renameSync(temporary, link);
}

function constrain(requirement: Requirement, pins: ReadonlyMap<string, string>): Requirement {
  const pin = normalizePins(pins).get(canonicalizeName(requirement.name));
  return pin === undefined || pin === '' ? requirement : constrainRequirement(pin, requirement);
}

function noSource(requirement: Requirement): BuildError {
  const quoted = pythonRepr(requirementText(requirement));
  return new BuildError('MISSING_SOURCE', `Couldn't find a source distribution for ${quoted}.`);
}
