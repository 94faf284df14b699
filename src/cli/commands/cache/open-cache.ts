// What the `cache` commands share: the cache of the configuration, and how days are written.

import { BuildError } from '#base';
import type { EggCacheSettings, EggSettings } from '#eggs';
import { readCacheSettings, readInstallerSettings } from '#parts';
import { openCatalog, type CacheCatalog } from '#store';
import type { Invocation } from '../command.ts';

/** What the configuration says about the egg cache; fails when it is switched off. */
export async function cacheSettings(invocation: Invocation): Promise<EggCacheSettings> {
  const found = await readCacheSettings(await invocation.settings());
  if (found === undefined) throw switchedOff();
  return found;
}

/** All settings of the installer, with an egg cache; no directory is made. */
export async function installerSettings(invocation: Invocation): Promise<EggSettings> {
  const settings = await readInstallerSettings(await invocation.settings());
  if (settings.eggCache === undefined) throw switchedOff();
  return settings;
}

export async function openCache(invocation: Invocation): Promise<CacheCatalog> {
  const { directory } = await cacheSettings(invocation);
  return openCatalog({ directory, report: invocation.context.report });
}

export function switchedOff(): BuildError {
  return new BuildError('EGG_CACHE_OFF', 'This buildout has no egg cache', {
    hint: '`egg-cache` in [buildout] is empty; give it a directory, or remove the option',
    where: { section: 'buildout', option: 'egg-cache' },
  });
}

/** `2026-11-21` */
export function formatDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}
