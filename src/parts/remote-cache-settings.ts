// The remote cache of this machine: `[remote-cache]` of the machine's and the user's configuration, and variables of the
// environment, which decide over them. Never a project's configuration: whoever writes that decides neither whom this
// machine trusts nor where its logins go.

import { dirname, resolve } from 'node:path';
import { BuildError, expandUser, type Environment } from '#base';
import { parseBoolean, readMachineSettings, type MachineSection } from '#config';
import type { EggSettings } from '#eggs';

export type RemoteCacheSettings = NonNullable<Awaited<ReturnType<NonNullable<EggSettings['remoteCache']>>>>;

const section = 'remote-cache';
const options = ['url', 'user', 'password', 'trusted-keys', 'signing-key', 'write'];

/** `undefined` when no URL is set. Fails when a machine's file cannot be parsed or has an unknown option. */
export async function readRemoteCacheSettings(
  environment: Environment,
): Promise<RemoteCacheSettings | undefined> {
  const machine = (await readMachineSettings(environment)).section(section);
  refuseUnknown(machine);
  const variable = (name: string): string | undefined => environment[variableOf(name)];
  const value = (name: string): string => (variable(name) ?? machine.get(name)?.value ?? '').trim();
  const url = value('url');
  if (url === '') return undefined;
  const login = readLogin(machine, variable);
  const signingKey = value('signing-key');
  // Relative to the file that names it; a variable's to where the run works.
  const base = variable('signing-key') === undefined ? dirname(machine.get('signing-key')?.file ?? '') : '';
  return {
    url,
    ...(login === undefined ? {} : { login }),
    trustedKeys: readTrustedKeys(machine, variable('trusted-keys')),
    ...(signingKey === '' ? {} : { signingKey: resolve(base, expandUser(signingKey, environment)) }),
    writes: readWrite(machine, variable('write')),
  };
}

/** `CLUTCH_REMOTE_CACHE_TRUSTED_KEYS` for `trusted-keys`. */
function variableOf(option: string): string {
  return `CLUTCH_REMOTE_CACHE_${option.toUpperCase().replaceAll('-', '_')}`;
}

function refuseUnknown(machine: MachineSection): void {
  for (const [option, { file, line }] of machine) {
    if (options.includes(option)) continue;
    throw new BuildError('REMOTE_OPTION_UNKNOWN', `[${section}] has no option \`${option}\``, {
      hint: `its options are ${options.join(', ')}`,
      where: { file, line, section, option },
    });
  }
}

/** A login goes to the URL that it stands beside: in the same file, or both in the environment. */
function readLogin(
  machine: MachineSection,
  variable: (name: string) => string | undefined,
): RemoteCacheSettings['login'] {
  if (variable('url') !== undefined) {
    const user = variable('user');
    return user === undefined ? undefined : { user, password: variable('password') ?? '' };
  }
  const [url, user, password] = [machine.get('url'), machine.get('user'), machine.get('password')];
  if (user === undefined || user.file !== url?.file) return undefined;
  return { user: user.value, password: password?.file === url.file ? password.value : '' };
}

/** One key on a line; what follows it there is a comment. In the environment, keys have white space between them. */
function readTrustedKeys(
  machine: MachineSection,
  variable: string | undefined,
): RemoteCacheSettings['trustedKeys'] {
  if (variable !== undefined) {
    const where = { option: variableOf('trusted-keys') };
    return variable.split(/\s+/).flatMap((text) => (text === '' ? [] : [{ text, where }]));
  }
  const option = machine.get('trusted-keys');
  if (option === undefined) return [];
  const where = { file: option.file, line: option.line, section, option: 'trusted-keys' };
  return option.value.split('\n').flatMap((line) => {
    const [text = ''] = line.trim().split(/\s+/);
    return text === '' || text.startsWith('#') ? [] : [{ text, where }];
  });
}

function readWrite(machine: MachineSection, variable: string | undefined): boolean {
  const option = machine.get('write');
  if (variable !== undefined) return isYes(variable, { option: variableOf('write') });
  return (
    option !== undefined &&
    isYes(option.value, { file: option.file, line: option.line, section, option: 'write' })
  );
}

function isYes(text: string, where: Parameters<typeof parseBoolean>[2]): boolean {
  const word = text.trim().toLowerCase();
  if (['yes', 'on', '1'].includes(word)) return true;
  if (['no', 'off', '0', ''].includes(word)) return false;
  return parseBoolean('write', word, where);
}
