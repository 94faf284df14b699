// The egg installer of a run: zc.buildout's `install`, `build` and `develop`, put together from the run's parts and
// one resolver's source for each call.

import type { Report } from '#base';
import { developEgg } from '#build';
import { normalizePins, resolveWorkingSet, type PickLedger } from '#resolver';

import { buildCustomEgg } from './build-custom-egg.ts';
import { createBuildRequirements } from './build-requirements.ts';
import { decisionKey } from './decision-key.ts';
import { developAsEgg, type DevelopRequest } from './develop-as-egg.ts';
import { createEggRun, type EggRun } from './egg-run.ts';
import type { EggInstaller, EggSettings, InstallOptions, WorkingSet } from './eggs-contract.ts';
import { findDistributions, tryRealpath } from './find-distributions.ts';
import { createInstallSource, prepareDestination } from './installation.ts';
import { placesOf } from './source-request.ts';
import { buildoutProjects } from './last-resort.ts';
import { createRehearsal } from './rehearse.ts';
import { obtainCheckouts } from './obtain-checkouts.ts';
import { keepDecision, repeatDecision } from './remembered-decision.ts';
import { createSharing, warnOfGone } from './sharing.ts';
import { sortWorkingSet } from './sort-working-set.ts';
import { watchDecision } from './watch-decision.ts';

/** One for a whole run: it remembers index pages, eggs and picks. Reads and starts nothing before it is used. */
export function createEggInstaller(settings: EggSettings): EggInstaller {
  const run = createEggRun({ ...settings });
  const rehearsal = createRehearsal();

  return {
    install: async (specs, options = {}) => {
      run.shared()?.hold();
      const { workingSet, isRepeated } = await install(run, specs, options);
      if (!isRepeated) rehearsal.note(run, specs, options);
      run.notes.use(workingSet);
      return workingSet;
    },
    build: (spec, options) => buildCustomEgg(run, spec, options),
    develop: (setup, destination, buildExt) => develop(run, { setup, destination, buildExt }),
    picked: () => ({ versions: run.ledger.versions(), requiredBy: run.ledger.requiredBy() }),
    namespacePackages: () => [...run.namespaces].sort(([a], [b]) => (a < b ? -1 : 1)),
    sortWorkingSet: (workingSet) => sortRunWorkingSet(run, workingSet),
    settle: async () => {
      await run.workshop.settle();
      for (const path of [run.settings.eggsDirectory, ...(run.shared()?.directories() ?? [])]) {
        const directory = run.eggsDirectory(path);
        // What a repeated decision placed needs no looking at: most such buildouts are never run again.
        const fresh = run.obtained
          .in(directory.path)
          .filter(({ location }) => !run.undisturbed.has(location));
        directory.remember(fresh);
      }
      run.cache()?.keepLimit();
    },
    close: async () => {
      await rehearsal.rehearse(run, install);
      await run.remote.close();
    },
    sharing: createSharing(run),
    configure: (change) => {
      run.settings = { ...run.settings, ...change };
    },
    settings: () => run.settings,
  };
}

interface Installed {
  workingSet: WorkingSet;
  /** It was decided in an earlier run. */
  isRepeated: boolean;
}

async function install(
  run: EggRun,
  wantedSpecs: readonly string[],
  wantedOptions: InstallOptions,
): Promise<Installed> {
  const { specs, options } = await obtainCheckouts(run, { specs: wantedSpecs, options: wantedOptions });
  const destination = prepareDestination(run, options);
  const pins = options.pins ?? run.settings.pins;
  const request = { options, destination, pins };
  const canInstall = destination !== undefined;
  const key = decisionKey(run, specs, request);
  const repeated = key && (await repeatDecision(run, key));
  if (repeated !== undefined) return { workingSet: repeated, isRepeated: true };
  const source = createInstallSource(run, request);
  const watch = key && watchDecision(run, source, key);
  try {
    const workingSet = await resolveInstall(run, specs, { options, canInstall, source, ...watch });
    const decision = await watch?.decision(workingSet);
    if (key !== undefined && decision !== undefined) keepDecision(key.file, decision);
    return { workingSet, isRepeated: false };
  } catch (error) {
    // What was obtained before the failure is installed, as in zc.buildout; the first failure is the one to tell.
    await run.workshop.settle().catch(() => undefined);
    warnOfGone(run);
    throw error;
  }
}

/** The working set of one installation, with distributions from `source`. */
export function resolveInstall(
  run: EggRun,
  specs: readonly string[],
  from: {
    options: InstallOptions;
    canInstall: boolean;
    source: InstallSource;
    ledger?: PickLedger;
    report?: Report;
  },
): Promise<WorkingSet> {
  const { settings } = run;
  const { options, canInstall, source } = from;
  return resolveWorkingSet({
    specs,
    whereOf: options.whereOf,
    pins: options.pins ?? settings.pins,
    pinOrigins: run.pinOrigins(),
    source,
    markers: settings.python.markers,
    canInstall,
    newest: canInstall && (options.newest ?? settings.newest),
    preferFinal: settings.preferFinal,
    allowPicked: settings.allowPicked,
    checkPicked: options.checkPicked ?? true,
    neverPicked: buildoutProjects,
    followDependencyLinks:
      !settings.installFromCache && (options.useDependencyLinks ?? settings.useDependencyLinks),
    allowUnknownExtras: options.allowUnknownExtras ?? settings.allowUnknownExtras,
    ledger: from.ledger ?? run.ledger,
    workingSet: options.workingSet,
    report: from.report ?? settings.report,
  });
}

type InstallSource = ReturnType<typeof createInstallSource>;

async function develop(run: EggRun, request: DevelopRequest): Promise<string> {
  const { settings } = run;
  if (settings.developsAsEggs === true) return developAsEgg(run, request);
  const requirements = createBuildRequirements({
    run,
    places: placesOf(run, {}),
    pins: normalizePins(settings.pins),
  });
  const developed = await developEgg({
    setup: request.setup,
    developEggsDirectory: request.destination ?? settings.developEggsDirectory,
    python: settings.python,
    requirementsFor: async (wanted) => (await requirements.obtain(wanted, [])).path,
    ...(request.buildExt === undefined ? {} : { buildExt: request.buildExt }),
    environment: settings.environment,
    signal: settings.signal,
    report: settings.report,
  });
  if (developed.namespaces !== undefined) run.namespaces.set(developed.project, developed.namespaces);
  return developed.eggLink;
}

/** As `sort_working_set`, for this run's directories. */
export function sortRunWorkingSet(run: EggRun, workingSet: WorkingSet): WorkingSet {
  const { settings } = run;
  return sortWorkingSet(workingSet, {
    eggsDirectories: [
      tryRealpath(settings.eggsDirectory) ?? settings.eggsDirectory,
      ...(run.shared()?.directories() ?? []),
    ],
    developEggsDirectory: settings.developEggsDirectory,
    builtDevelopEggs: run.builtDevelopEggs,
    distributionsAt: (location) => {
      const egg = run.obtained.at(location) ?? run.undisturbed.get(location);
      return egg === undefined
        ? findDistributions(location, { markers: settings.python.markers, only: true })
        : [egg];
    },
  });
}
