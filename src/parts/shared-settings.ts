// What a configuration says about shared directories, and what the machine says about who may own them.

import { execFileSync } from 'node:child_process';
import { BuildError, hasCode, pythonRepr, tryReadText, type Environment } from '#base';
import { readMachineSettings, type Section } from '#config';
import type { SharedSettings } from '#eggs';
import { pythonJoin } from '#recipes';
import { splitWords } from './installed-records.ts';

/** `shared-part-list` and `shared-eggs` of `[buildout]`; `undefined` when nothing is shared. */
export async function readSharedSettings(
  main: Section,
  environment: Environment,
): Promise<SharedSettings | undefined> {
  const eggs = await readUse(main);
  const text = (await main.get('shared-part-list')) ?? '';
  const directory = await main.require('directory');
  const roots = splitRoots(text).map((root) => pythonJoin(directory, root));
  if (roots.length === 0) return undefined;
  return { roots, eggs, trustedOwners: await readTrustedOwners(environment) };
}

/** One on each line, without white space around it and slashes at its end, as SlapOS's recipes read it. */
export function splitRoots(text: string): string[] {
  const roots = text.split('\n').map((line) => line.trim().replace(/\/+$/, ''));
  return [...new Set(roots.filter((root) => root !== ''))];
}

async function readUse(main: Section): Promise<SharedSettings['eggs']> {
  const value = (await main.get('shared-eggs')) ?? 'use';
  if (value === 'use' || value === 'copy') return value;
  throw new BuildError('CONFIG_SHARED_EGGS', `Invalid value for 'shared-eggs' option: ${pythonRepr(value)}`, {
    hint: 'write `use`: eggs are used from the shared directory; or `copy`: they are placed in the eggs directory',
    where: { section: 'buildout', option: 'shared-eggs' },
  });
}

/** `trusted-owners` of `[shared]` in the machine's configuration: uids, or names of users. */
export async function readTrustedOwners(environment: Environment): Promise<number[]> {
  const settings = await readMachineSettings(environment);
  const option = settings.section('shared').get('trusted-owners');
  if (option === undefined) return [];
  const { value, file, line } = option;
  return splitWords(value).map((word) => {
    const uid = /^\d+$/.test(word) ? Number(word) : findUser(word);
    if (uid !== undefined) return uid;
    throw new BuildError('CONFIG_UNKNOWN_USER', `There is no user ${pythonRepr(word)} on this machine`, {
      hint: 'list uids or names of users',
      where: { file, line, section: 'shared', option: 'trusted-owners' },
    });
  });
}

function findUser(name: string): number | undefined {
  const line = (tryReadText('/etc/passwd') ?? '').split('\n').find((user) => user.startsWith(`${name}:`));
  const uid = line?.split(':')[2] ?? askSystem(name);
  return uid === undefined || !/^\d+$/.test(uid) ? undefined : Number(uid);
}

/** Users that come from a directory service. */
function askSystem(name: string): string | undefined {
  try {
    return execFileSync('id', ['-u', '--', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT') || (error instanceof Error && 'status' in error)) return undefined;
    throw error;
  }
}
