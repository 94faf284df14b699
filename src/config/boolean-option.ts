// Options that are true or false (buildout.py, bool_option).

import { BuildError, pythonRepr, type Where } from '#base';
import type { Section } from './section-types.ts';

/** The option's truth; `defaultValue` when it is not set, else a missing option is an error. */
export async function booleanOption(
  section: Section,
  name: string,
  defaultValue?: boolean | string,
): Promise<boolean> {
  const value = await section.get(name);
  if (value !== undefined) return parseBoolean(name, value, { section: section.name, option: name });
  if (typeof defaultValue === 'boolean') return defaultValue;
  if (defaultValue !== undefined) return parseBoolean(name, defaultValue);
  return parseBoolean(name, await section.require(name));
}

/** `true` or `false` and nothing else. */
export function parseBoolean(name: string, value: string, where: Where = { option: name }): boolean {
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw new BuildError(
    'CONFIG_INVALID_BOOLEAN',
    `Invalid value for ${pythonRepr(name)} option: ${pythonRepr(value)}`,
    { where, hint: 'write `true` or `false`, in small letters' },
  );
}
