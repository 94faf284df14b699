// The key that `--key FILE` names, with its password from the environment or the terminal.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BuildError, hasCode } from '#base';
import { parseSecretKey, type SecretKey } from '#release';
import { askPassword } from '../../ask-password.ts';
import type { RunContext } from '../../run-context.ts';

/** The variable that holds the password where nobody can be asked. */
export const passwordVariable = 'CLUTCH_KEY_PASSWORD';

/** Reads minisign's file of a secret key; `undefined` when the option was not given. */
export async function readSigningKey(
  file: string | boolean | undefined,
  { cwd, environment }: RunContext,
): Promise<SecretKey | undefined> {
  if (typeof file !== 'string') return undefined;
  const path = resolve(cwd, file);
  const ask = async (): Promise<string> =>
    environment[passwordVariable] ?? (await askPassword(`Password of ${file}`, passwordVariable));
  return parseSecretKey(readKeyFile(path), path, ask);
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR')) throw error;
    throw new BuildError('RELEASE_BAD_KEY', `The key \`${path}\` cannot be read`, {
      hint: 'name the file of a secret key, from `clutch release key FILE` or `minisign -G`',
      cause: error,
    });
  }
}
