// Version control systems as tests use them: with an identity, and without the user's own settings.

import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';

/** Runs a program and fails with its words; its output. */
export function runIn(directory: string, program: string, ...words: string[]): string {
  const env = { ...process.env, HGUSER: 't', GIT_CONFIG_GLOBAL: '/dev/null' };
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: directory, encoding: 'utf8', env });
  expect(status, stderr).toBe(0);
  return stdout;
}

export function git(directory: string, ...words: string[]): string {
  return runIn(directory, 'git', '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...words);
}

/** A new repository with everything in the directory committed. */
export function gitRepository(directory: string): void {
  git(directory, 'init', '-q', '-b', 'main');
  git(directory, 'add', '.');
  git(directory, 'commit', '-qm', 'one');
}
