// Names of temporary files and directories beside their targets, and what becomes of those whose process was killed.

import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { hasCode } from './build-error.ts';

/**
 * A name beside `target`, so that a rename stays on one file system. It tells which process made it: see
 * `isAbandoned`.
 */
export function temporaryPathBeside(target: string): string {
  const random = Math.random().toString(36).slice(2, 10);
  return join(
    dirname(target),
    `.${basename(target)}.${machineMark()}-${process.pid.toString(36)}-${random}.tmp`,
  );
}

/** Whether a name is that of a temporary file or directory made by `temporaryPathBeside`. */
export function isTemporaryName(name: string): boolean {
  return /^\..*\.tmp$/.test(name);
}

/** Whether the process that made this temporary name ran on this machine and is gone: nobody will rename it any more. */
export function isAbandoned(name: string): boolean {
  const [, mark, pid] = /\.([0-9a-f]{8})-([0-9a-z]+)-[0-9a-z]+\.tmp$/.exec(name) ?? [];
  return (
    mark !== undefined && pid !== undefined && mark === machineMark() && !isRunning(Number.parseInt(pid, 36))
  );
}

/** Deletes what killed processes of this machine left in `directory`. Never fails: litter is no reason to stop. */
export function removeAbandoned(directory: string): void {
  try {
    for (const name of readdirSync(directory)) {
      if (isAbandoned(name)) rmSync(join(directory, name), { recursive: true, force: true });
    }
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ENOTEMPTY')) throw error;
  }
}

let mark: string | undefined;

/** Where a process number means the same process: this boot of this machine, in this namespace of processes. */
function machineMark(): string {
  mark ??= createHash('sha256').update(machineIdentity()).digest('hex').slice(0, 8);
  return mark;
}

function machineIdentity(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8') + readlinkSync('/proc/self/ns/pid');
  } catch (error) {
    // No Linux, or no /proc.
    if (hasCode(error, 'ENOENT', 'EACCES')) return hostname();
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, 'ESRCH');
  }
}
