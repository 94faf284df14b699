// `-c CFG` behind a command's own name: people type it there too.

import type { BuildoutOptions } from '#parts';
import type { Invocation } from '../command.ts';
import { readSettings } from '../../read-settings.ts';

export const configurationOption = { configuration: { type: 'string', short: 'c' } } as const;

/** The settings of the configuration that the option names, else of the one that the whole line names. */
export function readConfigured(
  invocation: Invocation,
  configuration: unknown,
  readOnly: boolean,
): Promise<BuildoutOptions> {
  if (typeof configuration !== 'string') return invocation.settings(readOnly);
  const line = { ...invocation.line, configurationFile: configuration };
  return readSettings(line, invocation.context, readOnly);
}
