// Whether an egg fits the target Python: the version and platform in its file name, as pkg_resources' `can_add` and
// `compatible_platforms` and zc.buildout's change for macOS judge them.

import { BuildError } from '#base';
import type { PythonDescription } from '#python';
import { parseSpecifierSet, satisfies } from '#standards';

const macosPattern = /^macosx-(\d+)\.(\d+)-(.*)$/;

/** Why an egg with this version and platform in its name is of no use; `undefined` when it fits. */
export function whyUnfit(
  egg: { pythonVersion?: string | undefined; platform?: string | undefined },
  python: Pick<PythonDescription, 'minor' | 'platform'>,
): string | undefined {
  const { pythonVersion, platform } = egg;
  if (pythonVersion !== undefined && pythonVersion !== python.minor) {
    return `it is for Python ${pythonVersion}, not ${python.minor}`;
  }
  if (platform !== undefined && !isCompatible(platform, python.platform)) {
    return `it is for ${platform}, not ${python.platform}`;
  }
  return undefined;
}

/** Whether Requires-Python lets this version in; nonsense refuses nothing, as for pip. */
export function allowsPython(requiresPython: string, version: string): boolean {
  try {
    return satisfies(version, parseSpecifierSet(requiresPython));
  } catch (error) {
    if (error instanceof BuildError) return true;
    throw error;
  }
}

function isCompatible(provided: string, ours: string): boolean {
  if (provided === ours) return true;
  const machine = macosPattern.exec(provided)?.[3];
  return machine !== undefined && machine === macosPattern.exec(ours)?.[3];
}
