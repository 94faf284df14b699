// Which buildouts use a shared directory: one small file for each in `<root>/.users`, so that a prune that was told of none
// keeps what they use. It names the buildout's directory and the file with its records, and holds nothing to run.

import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { hasCode, nameFor, tryReadText, writeFileAtomically } from '#base';
import type { SharedDirectory } from './shared-directory.ts';

export interface SharedUser {
  /** The buildout's directory. */
  directory: string;
  /** The file with its records. */
  installed: string;
  /** Where its scripts lie. */
  bin: string;
}

/** Whether the buildout is registered afterwards; false where nothing can be written. */
export function registerUser(shared: Pick<SharedDirectory, 'path' | 'writing'>, user: SharedUser): boolean {
  const path = fileOf(shared.path, user.directory);
  const text = JSON.stringify(user);
  if (tryReadText(path, 'EACCES') === text) return true;
  try {
    shared.writing(() => {
      mkdirSync(`${shared.path}/.users`, { recursive: true });
      writeFileAtomically(path, text, { mode: 0o644 });
    });
    return true;
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR')) throw error;
    // Named by somebody who may write, or registered by this buildout when it had other files.
    return readUser(path)?.directory === user.directory;
  }
}

/** All that are registered. */
export function readUsers(root: string): SharedUser[] {
  return namesIn(`${root}/.users`).flatMap((name) => readUser(`${root}/.users/${name}`) ?? []);
}

export function forgetUser(root: string, { directory }: Pick<SharedUser, 'directory'>): void {
  rmSync(fileOf(root, directory), { force: true });
}

function fileOf(root: string, directory: string): string {
  return `${root}/.users/${nameFor(directory)}.json`;
}

function readUser(path: string): SharedUser | undefined {
  const text = path.endsWith('.json') ? tryReadText(path, 'EACCES') : undefined;
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isUser(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isUser(value: unknown): value is SharedUser {
  if (typeof value !== 'object' || value === null) return false;
  const { directory, installed, bin } = value as Partial<Record<keyof SharedUser, unknown>>;
  return [directory, installed, bin].every((path) => typeof path === 'string' && path.startsWith('/'));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}
