// `release key`: a pair of keys for signing releases.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { BuildError, writeFileAtomically } from '#base';
import { createSecretKey, formatPublicKey, formatSecretKey, keyIdOf } from '#release';
import { askPassword } from '../../ask-password.ts';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printText, usageError } from '../command-words.ts';
import { passwordVariable } from './signing-key.ts';

const usage = `\
Usage: buildout release key FILE [--no-password]

Makes a pair of keys for signing releases, in minisign's formats: FILE, the secret one, encrypted with a password, and
FILE.pub, which whoever installs a release needs. The password is asked for, or ${passwordVariable} has it. A key
that \`minisign -G\` made does as well.

  --no-password     do not encrypt the secret key: whoever reads FILE can sign
`;

export const releaseKey: Command = {
  usage,
  run: async (invocation) => {
    const { values, names } = parseWords(invocation, { 'no-password': { type: 'boolean' } }, 1);
    if (names[0] === undefined) throw usageError('release key needs the name of a file');
    const path = resolve(invocation.context.cwd, names[0]);
    for (const file of [path, `${path}.pub`]) if (existsSync(file)) throw exists(file);
    const key = createSecretKey();
    const password = values['no-password'] === true ? undefined : await newPassword(invocation);
    writeFileAtomically(path, await formatSecretKey(key, password), { mode: 0o600, durable: true });
    writeFileAtomically(`${path}.pub`, formatPublicKey(key), { durable: true });
    printText(invocation, `${path} signs releases; ${path}.pub verifies them (key ${keyIdOf(key)}).`);
    return 0;
  },
};

async function newPassword({ context }: Invocation): Promise<string> {
  const given = context.environment[passwordVariable];
  if (given !== undefined && given !== '') return given;
  const first = await askPassword('Password of the new key', passwordVariable);
  if (first === (await askPassword('The same again', passwordVariable))) return first;
  throw new BuildError('RELEASE_WRONG_PASSWORD', 'The two passwords differ', { hint: 'nothing was written' });
}

function exists(path: string): BuildError {
  return new BuildError('RELEASE_KEY_EXISTS', `\`${path}\` is there already`, {
    hint: 'give another name: what was signed with a key can only be verified with that one',
  });
}
