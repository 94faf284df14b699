// A wheel laid out as zc.buildout 6 makes an egg of it.

import type { PythonDescription } from '#python';

export interface BuiltEgg {
  /** The egg's directory: `<targetParent>/<eggName>`. */
  directory: string;
  /** `Name-1.0-py3.11-linux-x86_64.egg`. */
  eggName: string;
  project: string;
  version: string;
}

/**
 * Unpacks `wheelPath` into `targetParent/<eggName>` as zc.buildout 6 does, checking every file against RECORD. The
 * target must not exist; on failure a part of it may be left, so give a temporary `targetParent`.
 */
export async function eggFromWheel(
  wheelPath: string,
  targetParent: string,
  python: PythonDescription,
): Promise<BuiltEgg> {
  throw new Error(`not yet: ${wheelPath} ${targetParent} ${python.minor}`);
}
