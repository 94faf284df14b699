// A recipe host that is started before anybody has asked for it: where the last run had one, this run will most likely
// need it with the same eggs, and importing zc.buildout takes longer than reading the configuration.

import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  defaultCacheDirectory,
  hasCode,
  nameFor,
  tryReadText,
  writeFileAtomically,
  type Environment,
} from '#base';
import { spawnHost, type HostProcess } from './spawn-host.ts';

/** What decides what a host has imported when it has started. */
export interface HostStart {
  executable: string;
  directory: string;
  /** Entries of `sys.path` from which zc.buildout is imported. */
  paths: readonly string[];
  /** `sys.prefix` */
  prefix: string;
}

let expected: { start: HostStart; process: HostProcess } | undefined;

/** Starts what the last run in `directory` started, if it did. It ends with this process when nobody takes it. */
export function expectHost(directory: string, environment: Environment): void {
  const file = memoFile(directory, environment);
  const start = tryRecall(file, directory);
  // Python remembers of a directory that it was not there.
  if (start === undefined || expected !== undefined || !start.paths.every(existsSync)) return;
  const host = spawnHost({ executable: start.executable, directory, environment });
  host.hold(false);
  host.stream.on('error', () => undefined);
  const { paths, prefix } = start;
  host.stream.write(
    `${JSON.stringify({ id: 'expected', verb: 'host.expect', params: { paths, prefix } })}\n`,
  );
  expected = { start, process: host };
  process.once('exit', () => {
    if (expected === undefined) return;
    expected.process.kill('SIGKILL');
    if ((process.exitCode ?? 0) === 0) rmSync(file, { force: true });
  });
}

/** The host that was started early and what it has imported; to be used for exactly that. */
export function takeExpectedHost(): { start: HostStart; process: HostProcess } | undefined {
  const taken = expected;
  expected = undefined;
  return taken;
}

export function isSameStart(left: HostStart, right: HostStart): boolean {
  return keyOf(left) === keyOf(right);
}

const refusals = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST'];

/** Remembers it for the next run in the same directory. Failing to do so harms nothing. */
export function rememberStart(start: HostStart, environment: Environment): void {
  const file = memoFile(start.directory, environment);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileAtomically(file, keyOf(start));
  } catch (error) {
    if (!hasCode(error, ...refusals)) throw error;
  }
}

function tryRecall(file: string, directory: string): HostStart | undefined {
  try {
    const kept: unknown = JSON.parse(tryReadText(file, 'EACCES') ?? 'null');
    if (!Array.isArray(kept) || kept.length !== 4 || kept[1] !== directory) return undefined;
    const [executable, , prefix, paths] = kept as [string, string, string, string[]];
    return { executable, directory, prefix, paths };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function keyOf({ executable, directory, prefix, paths }: HostStart): string {
  return JSON.stringify([executable, directory, prefix, paths]);
}

function memoFile(directory: string, environment: Environment): string {
  return join(defaultCacheDirectory(environment), 'recipe-hosts', `${nameFor(directory)}.json`);
}
