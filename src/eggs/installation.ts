// The parts of one installation: where eggs go, where candidates come from, what is here, and how eggs are made.

import { mkdirSync } from 'node:fs';

import { describeDistribution, normalizePins } from '#resolver';

import { createBuildRequirements, defaultBuildLimiter } from './build-requirements.ts';
import { createDistributionSource } from './create-distribution-source.ts';
import type { EggRun, Places } from './egg-run.ts';
import { createEggSupply, type EggSupplyOptions } from './egg-supply.ts';
import type { InstallOptions } from './eggs-contract.ts';
import { createEnvironment } from './environment.ts';
import { tryRealpath } from './find-distributions.ts';
import { createLastResort } from './last-resort.ts';
import { createRecordedCandidates } from './recorded-candidates.ts';
import { openShelf, type Shelf } from './shelf.ts';
import { placesOf, type SourceRequest } from './source-request.ts';

/** The resolver's source for one installation. */
export function createInstallSource(
  run: EggRun,
  request: SourceRequest,
): ReturnType<typeof createDistributionSource> {
  const { options, pins } = request;
  const { settings } = run;
  const shelf = openShelf(run, request);
  const places = placesOf(run, options);
  const links = [...places.links];
  const cache = run.cache();
  const supply = run.supply(JSON.stringify([places, [...pins]]), () =>
    createEggSupply(supplyOptions(run, places, pins)),
  );
  return createDistributionSource({
    environment: openEnvironment(run, shelf, options),
    index: run.index(places),
    withLinks: (found, dist) => {
      const fresh = found.filter((link) => !links.includes(link));
      for (const link of fresh) {
        settings.report({
          type: 'log',
          level: 'debug',
          text: `Adding find link '${link}' from ${describeDistribution(dist)}`,
        });
      }
      links.push(...fresh);
      return fresh.length === 0 ? undefined : run.index({ ...places, links: [...links] });
    },
    // Links may offer any version: only without them does a record know everything.
    records:
      cache && links.length === 0 ? createRecordedCandidates(cache.records, places.indexUrl) : undefined,
    judge: run.judge(),
    supply,
    workshop: run.workshop,
    obtained: run.obtained,
    python: settings.python,
    shelf: request.destination === undefined ? undefined : shelf,
    preferFinal: settings.preferFinal,
    report: settings.report,
    fallback: createLastResort(settings.python),
  });
}

/** Eggs made from candidates of these places, with these pins on what builds require. */
export function supplyOptions(
  run: EggRun,
  places: Places,
  pins: ReadonlyMap<string, string>,
): EggSupplyOptions {
  const { settings } = run;
  const normalized = normalizePins(pins);
  return {
    cache: run.cache(),
    remote: run.remote.open,
    workshop: run.workshop,
    unpackWheel: run.unpackWheel(),
    fetcher: run.fetcher(),
    collects: settings.collects !== undefined,
    python: settings.python,
    environment: settings.environment,
    signal: settings.signal,
    report: settings.report,
    request: run.request(normalized),
    buildRequirements: createBuildRequirements({ run, places, pins: normalized }),
    building: [],
    limitBuilds: defaultBuildLimiter,
  };
}

/** The resolved path eggs go to, made when missing; `undefined` when nothing may be installed. */
export function prepareDestination(run: EggRun, options: InstallOptions): string | undefined {
  const { offline, eggsDirectory } = run.settings;
  const wanted = options.destination === undefined && !offline ? eggsDirectory : options.destination;
  if (wanted === null || wanted === undefined) return undefined;
  mkdirSync(wanted, { recursive: true });
  return tryRealpath(wanted) ?? wanted;
}

/** What is here: the shelf, the path's entries, and what this run has obtained. */
export function openEnvironment(
  run: EggRun,
  shelf: Shelf | undefined,
  options: InstallOptions,
): ReturnType<typeof createEnvironment> {
  const { settings } = run;
  const defaultPath = settings.offline
    ? [settings.developEggsDirectory, settings.eggsDirectory]
    : [settings.developEggsDirectory];
  const path = options.path ?? defaultPath;
  const main = run.eggsDirectory(settings.eggsDirectory);
  const eggsDirectories = [...(shelf?.directories ?? [])];
  if (!eggsDirectories.includes(main) && path.some((entry) => tryRealpath(entry) === main.path)) {
    eggsDirectories.push(main);
  }
  for (const directory of new Set([...eggsDirectories, main])) directory.refresh();
  // Links in the eggs directory stand for what zc.buildout itself runs with, and that it sees wherever it installs.
  const linked = { ...main, find: (project: string) => main.findLinked(project) };
  return createEnvironment({
    eggsDirectories: eggsDirectories.includes(main) ? eggsDirectories : [...eggsDirectories, linked],
    path,
    obtained: eggsDirectories.flatMap((directory) => run.obtained.in(directory.path)),
    python: settings.python,
    isShared: run.isShared,
  });
}
