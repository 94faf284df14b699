// The identity of a shared part, as slapos.recipe.build and slapos.recipe.cmmi compute it: the options as JSON text are the
// marker file, and the MD5 of these bytes is the name of the part's directory.

import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { hashBytes } from '#base';

/** Written last: a part without it is incomplete. */
export const markerName = '.buildout-shared.json';

export interface PartMarker {
  /** The content of the marker file. */
  readonly text: string;
  /** MD5 of the text, in lower-case hexadecimal. */
  readonly digest: string;
}

const profileOption = '_profile_base_location_';

/**
 * The marker of a part with these options, references replaced: JSON with sorted names, indented by two, non-ASCII as it
 * is, no newline at the end. `_profile_base_location_` is left out, and its value elsewhere stands as a reference to it.
 */
export function markPart(options: Readonly<Record<string, string>>): PartMarker {
  const base = options[profileOption] ?? '';
  const generalize = (value: string): string =>
    base === '' ? value : value.replaceAll(base, `\${:${profileOption}}`);
  const names = Object.keys(options)
    .filter((name) => name !== profileOption)
    .sort(compareCodePoints);
  // By hand: JavaScript would put names that are numbers first.
  const lines = names.map(
    (name) => `  ${JSON.stringify(name)}: ${JSON.stringify(generalize(options[name] ?? ''))}`,
  );
  const text = lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n}`;
  return { text, digest: hashBytes(text, 'md5') };
}

/** To `.tmp`, then renamed, as the recipes do it. */
export function writeMarker(entry: string, { text }: PartMarker): void {
  const path = `${entry}/${markerName}`;
  if (existsSync(path)) return;
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}

/** Python's order of strings. */
function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
