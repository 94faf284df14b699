// Extensions: Python code that changes the configuration before parts are installed. They run in the recipe host.

import { BuildError, whileDoing } from '#base';
import { installExtensions } from '#recipes';
import { readPins } from './egg-settings.ts';
import { splitWords } from './installed-records.ts';
import type { Run } from './run-state.ts';

/** Fetches and runs the extensions; afterwards the pins are what they left. */
export function loadExtensions(run: Run): Promise<void> {
  return whileDoing('Loading extensions.', async () => {
    const specs = splitWords((await run.main.get('extensions')) ?? '');
    refuseSuperseded(specs);
    if (specs.length === 0) return;
    const { handle, versionsSection } = run;
    const before = versionsSection === '' ? undefined : await readPins(handle, versionsSection);
    const workingSet = await installExtensions(specs, handle);
    await handle.recipeHost().runExtensions('zc.buildout.extension', workingSet);
    if (before === undefined) return;
    const after = await readPins(handle, versionsSection, run.configuration.annotated);
    if (!sameEntries(before.pins, after.pins)) handle.eggs.configure({ ...after });
  });
}

/** Gives extensions the chance to act at the end of a run. */
export function unloadExtensions(run: Run): Promise<void> {
  return whileDoing('Unloading extensions.', async () => {
    if (splitWords((await run.main.get('extensions')) ?? '').length === 0) return;
    await run.handle.recipeHost().runExtensions('zc.buildout.unloadextension', run.handle.recipeWorkingSet);
  });
}

function refuseSuperseded(specs: readonly string[]): void {
  if (!specs.includes('buildout-versions') && !specs.includes('buildout.dumppickedversions')) return;
  throw new BuildError(
    'EXTENSION_SUPERSEDED',
    "Buildout now includes 'buildout-versions' (and part of the older 'buildout.dumppickedversions').\n" +
      "Remove the extension from your configuration and look at the 'show-picked-versions' option in " +
      "buildout's documentation.",
    { where: { section: 'buildout', option: 'extensions' } },
  );
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}
