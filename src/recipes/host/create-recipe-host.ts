// One recipe host per run: started when the first Python recipe or extension asks for it, or early beside other work;
// told about the run once its configuration is ready; stopped, cancelled or mourned here.

import { whileDoing } from '#base';
import type { Section } from '#config';
import type { WorkingSet } from '#eggs';
import type { BuildoutHandle, InstalledPaths, Recipe, RecipeHost, UninstallRequest } from '../recipe.ts';
import type { Params } from './connect-host.ts';
import { describePicked } from './egg-verbs.ts';
import { openHostSession, type HostSession } from './host-session.ts';
import { createKnownDistributions } from './known-distributions.ts';

export function createRecipeHost(buildout: BuildoutHandle): RecipeHost {
  const known = createKnownDistributions(() => buildout.eggs.settings().developEggsDirectory);
  let session: Promise<HostSession> | undefined;
  let attached: Promise<unknown> | undefined;
  let cancelled = false;

  async function start(): Promise<HostSession> {
    session ??= openHostSession(buildout, known);
    const opened = await session;
    if (cancelled) opened.cancel();
    return opened;
  }

  async function call(verb: string, params: Params, doing: string): Promise<unknown> {
    const opened = await start();
    attached ??= attachConfiguration(buildout, opened);
    await attached;
    return opened.call(verb, params, doing);
  }

  async function describeSettled(workingSet: WorkingSet): Promise<readonly Params[]> {
    await buildout.eggs.settle();
    return known.describe(workingSet);
  }

  function runRecipe(name: string, method: 'install' | 'update'): Promise<InstalledPaths> {
    const doing = method === 'install' ? `it installed part \`${name}\`` : `it updated part \`${name}\``;
    return call('recipe.run', { section: name, method }, doing) as Promise<InstalledPaths>;
  }

  return {
    async start() {
      await start();
    },
    async loadRecipe(requirement, entry, section: Section, workingSet): Promise<Recipe> {
      const { name } = section;
      const recipe = `the recipe \`${requirement}:${entry}\` of part \`${name}\``;
      const distributions = await describeSettled(workingSet);
      await whileDoing(`Loading zc.buildout recipe entry ${requirement}:${entry}.`, () =>
        call('recipe.load', { requirement, entry, distributions }, `it loaded ${recipe}`),
      );
      const made = await call(
        'recipe.create',
        { section: name, requirement, entry },
        `it initialised ${recipe}`,
      );
      const { update } = made as { update: boolean };
      return {
        install: () => runRecipe(name, 'install'),
        ...(update ? { update: () => runRecipe(name, 'update') } : {}),
      };
    },
    async uninstall({ requirement, entry, part, options, workingSet }: UninstallRequest) {
      const distributions = await describeSettled(workingSet);
      const params = { section: part, requirement, entry, options, distributions };
      return (await call('recipe.uninstall', params, `it uninstalled part \`${part}\``)) === true;
    },
    async runExtensions(group, workingSet) {
      const distributions = await describeSettled(workingSet);
      const params = { group, distributions, picked: describePicked(buildout.eggs.picked()) };
      return (await call('extension.run', params, 'it ran extensions')) as string[];
    },
    async workingSetSignature(requirement) {
      const doing = `it read what \`${requirement}\` depends on`;
      return (await call('recipe.signature', { requirement }, doing)) as string[];
    },
    async stop() {
      const opened = session;
      session = undefined;
      attached = undefined;
      await (await opened?.catch(() => undefined))?.stop();
    },
    cancel() {
      cancelled = true;
      // A host that never started has nothing to cancel; its failure is told to whoever waits for it.
      session?.then(
        (opened) => opened.cancel(),
        () => undefined,
      );
    },
  };
}

/** Tells the host what zc.buildout's Buildout and Installer know after their start. */
async function attachConfiguration(buildout: BuildoutHandle, session: HostSession): Promise<void> {
  const settings = buildout.eggs.settings();
  const section = await buildout.sections.open('buildout');
  const installer = {
    versions: Object.fromEntries(settings.pins),
    prefer_final: settings.preferFinal,
    use_dependency_links: settings.useDependencyLinks,
    allow_picked_versions: settings.allowPicked,
    install_from_cache: settings.installFromCache,
    store_required_by: settings.storeRequiredBy ?? false,
    index_url: (await section.get('index', ''))?.trim() ?? '',
    download_cache: settings.downloadCache === undefined ? null : `${settings.downloadCache}/dist`,
  };
  const attributes = {
    directory: buildout.directory,
    links: buildout.links,
    allow_hosts: buildout.allowHosts,
    offline: buildout.offline,
    newest: buildout.newest,
  };
  await session.call('config.attach', { settings: attributes, installer }, 'it started');
}
