// An `.egg`, zipped or a directory, unpacked as it is: its metadata stays in EGG-INFO.

import { cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { extractZip } from '#archive';
import { BuildError } from '#base';
import { parseEggFilename } from '#standards';
import type { BuiltEgg } from './egg-from-wheel.ts';

/**
 * Unpacks `eggPath` into `targetParent` under its own name. Whether its Python and platform fit is the caller's
 * matter. The target must not exist; on failure a part of it may be left.
 */
export async function eggFromEggFile(eggPath: string, targetParent: string): Promise<BuiltEgg> {
  const eggName = basename(eggPath);
  const parsed = parseEggFilename(eggName);
  if (parsed === undefined) throw invalidEgg(eggPath, 'its name has no project and version');
  const directory = join(targetParent, eggName);
  mkdirSync(targetParent, { recursive: true });
  if (statSync(eggPath).isDirectory()) {
    cpSync(eggPath, directory, { recursive: true, errorOnExist: true, force: false, verbatimSymlinks: true });
  } else {
    mkdirSync(directory);
    extractZip(eggPath, directory);
  }
  if (
    !existsSync(join(directory, 'EGG-INFO')) &&
    !existsSync(join(directory, eggName.replace(/egg$/, 'dist-info')))
  ) {
    throw invalidEgg(eggPath, 'it has no EGG-INFO');
  }
  return { directory, eggName, project: parsed.project, version: parsed.version };
}

function invalidEgg(path: string, reason: string): BuildError {
  return new BuildError('EGG_INVALID', `${path} is no egg: ${reason}`);
}
