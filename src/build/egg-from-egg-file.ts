// An `.egg`, zipped or a directory, unpacked as it is: its metadata stays in EGG-INFO.

import type { BuiltEgg } from './egg-from-wheel.ts';

/**
 * Unpacks `eggPath` into `targetParent` under its own name. Whether its Python and platform fit is the caller's
 * matter. The target must not exist.
 */
export async function eggFromEggFile(eggPath: string, targetParent: string): Promise<BuiltEgg> {
  throw new Error(`not yet: ${eggPath} ${targetParent}`);
}
