// The projects that a source declares to be built with.

import { BuildError } from '#base';
import type { PythonDescription } from '#python';
import { canonicalizeName, evaluateMarker, parseRequirement } from '#standards';

/** Their names, sorted, where their markers hold; a line that is no requirement fails the build and has no name here. */
export function declaredNames(
  requirements: readonly string[],
  { markers }: Pick<PythonDescription, 'markers'>,
): readonly string[] {
  const names = requirements.flatMap((line) => {
    try {
      const { name, marker } = parseRequirement(line);
      return marker === undefined || evaluateMarker(marker, markers) ? [canonicalizeName(name)] : [];
    } catch (error) {
      if (error instanceof BuildError) return [];
      throw error;
    }
  });
  return [...new Set(names)].sort();
}
