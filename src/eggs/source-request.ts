// What one installation is asked for, and where its candidates are looked for.

import type { EggRun, Places } from './egg-run.ts';
import type { InstallOptions } from './eggs-contract.ts';

export interface SourceRequest {
  options: InstallOptions;
  /** Where eggs go; `undefined` when nothing may be installed. */
  destination: string | undefined;
  pins: ReadonlyMap<string, string>;
}

export function placesOf(run: EggRun, options: InstallOptions): Places {
  const { settings } = run;
  return {
    indexUrl: options.index ?? settings.indexUrl,
    links: options.links ?? settings.findLinks,
    allowHosts: options.allowHosts ?? settings.allowHosts,
  };
}
