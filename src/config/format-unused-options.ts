// The warning about options that nobody read (buildout.py, _check_for_unused_options_in_section).

import { pythonRepr } from '#base';
import type { Section } from './section-types.ts';

/** The warning's text, or `undefined` when every option was read. */
export function formatUnusedOptions(section: Section): string | undefined {
  const unused = section.unusedOptions();
  if (unused.length === 0) return undefined;
  return (
    `Section \`${section.name}\` contains unused option(s): ${unused.map(pythonRepr).join(' ')}.\n` +
    "This may be an indication for either a typo in the option's name or a bug in the used recipe."
  );
}
