// What recipes and extensions ask of the installer: working sets, builds with `build_ext` options, develop eggs, and
// changes of its settings.

import { dirname } from 'node:path';
import type { BuildOptions, EggSettings, InstallOptions, PickedVersions } from '#eggs';
import type { BuildoutHandle } from '../recipe.ts';
import type { Params, Verbs } from './connect-host.ts';
import type { KnownDistributions } from './known-distributions.ts';

/** What a recipe changed about its process since it started. */
interface ProcessState {
  /** Variables that changed; null: removed. */
  environment: Record<string, string | null>;
  umask: number;
}

interface InstallCall {
  destination: string | null;
  path: string[];
  links: string[];
  index: string | null;
  newest: boolean;
  versions: Record<string, string>;
  allow_hosts: string[];
  process: ProcessState;
}

export function createEggVerbs(buildout: BuildoutHandle, known: KnownDistributions): Verbs {
  const { eggs } = buildout;
  return {
    async 'eggs.install'(params) {
      const call = params as unknown as InstallCall;
      const present = known.find(params['present'] as [string, string][]);
      const workingSet = await inProcessState(buildout, call.process, () =>
        eggs.install(params['specs'] as string[], {
          ...installOptions(call),
          checkPicked: params['check_picked'] === true,
          allowUnknownExtras: params['allow_unknown_extras'] === true,
          ...(present.length === 0 ? {} : { workingSet: present }),
        }),
      );
      await eggs.settle();
      // Installed into the process itself: later recipes are chosen to go with it.
      if (params['shared'] === true) buildout.recipeWorkingSet = [...workingSet];
      return { distributions: known.describe(workingSet), picked: describePicked(eggs.picked()) };
    },
    async 'egg.build'(params) {
      const call = params as unknown as InstallCall;
      const options: BuildOptions = {
        ...installOptions(call),
        destination: call.destination ?? eggs.settings().eggsDirectory,
        buildExt: params['build_ext'] as Record<string, string>,
      };
      const locations = await inProcessState(buildout, call.process, () =>
        eggs.build(String(params['spec']), options),
      );
      await eggs.settle();
      return { locations };
    },
    'egg.develop'(params) {
      const state = params['process'] as ProcessState;
      const buildExt = params['build_ext'] as Record<string, string>;
      return inProcessState(buildout, state, () =>
        eggs.develop(String(params['setup']), String(params['destination']), buildExt),
      );
    },
    'resolver.setting': (params) => eggs.configure(settingChange(params)),
  };
}

/** Picked versions as Python keeps them (`Installer._picked_versions` and `_required_by`). */
export function describePicked(picked: PickedVersions): Params {
  const requiredBy = [...picked.requiredBy].map(([name, requirers]) => [name, [...requirers]]);
  return { versions: picked.versions, required_by: Object.fromEntries(requiredBy) };
}

function installOptions(call: InstallCall): InstallOptions {
  return {
    destination: call.destination,
    path: call.path,
    links: call.links,
    ...(call.index === null || call.index === '' ? {} : { index: call.index }),
    newest: call.newest,
    pins: new Map(Object.entries(call.versions)),
    allowHosts: call.allow_hosts,
  };
}

/** Runs `action` as if this program had the environment and umask of the recipe's process. */
async function inProcessState<T>(
  { eggs }: BuildoutHandle,
  state: ProcessState,
  action: () => Promise<T>,
): Promise<T> {
  const { environment } = eggs.settings();
  const changed = Object.entries(state.environment).map(([name, value]) => [name, value ?? undefined]);
  if (changed.length > 0) eggs.configure({ environment: { ...environment, ...Object.fromEntries(changed) } });
  const umask = process.umask(state.umask);
  try {
    return await action();
  } finally {
    process.umask(umask);
    if (changed.length > 0) eggs.configure({ environment });
  }
}

/** A change of an attribute of zc.buildout's Installer as a change of our settings. */
function settingChange({ name, value }: Params): Partial<EggSettings> {
  switch (name) {
    case 'versions':
      return { pins: new Map(Object.entries(value as Record<string, string>)) };
    case 'prefer_final':
      return { preferFinal: value === true };
    case 'allow_picked_versions':
      return { allowPicked: value === true };
    case 'use_dependency_links':
      return { useDependencyLinks: value === true };
    case 'install_from_cache':
      return { installFromCache: value === true };
    case 'allow_unknown_extras':
      return { allowUnknownExtras: value === true };
    case 'store_required_by':
      return { storeRequiredBy: value === true };
    case 'index_url':
      return typeof value === 'string' && value !== '' ? { indexUrl: value } : {};
    case 'download_cache':
      // zc.buildout's Installer has the `dist` directory itself.
      return typeof value === 'string' ? { downloadCache: dirname(value) } : {};
    default:
      return {};
  }
}
