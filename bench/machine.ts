// What the figures were measured on: nothing that names the machine or where things lie on it.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  kernel: string;
  /** The type of the file system that the runs were made on. */
  fileSystem: string;
  node: string;
  python: string;
}

/** `directory` is where runs are made. */
export function describeMachine(directory: string, python: string): Machine {
  const first = cpus()[0]?.model ?? 'unknown';
  const version = execFileSync(python, ['-c', 'import platform; print(platform.python_version())']);
  return {
    cpu: first.replaceAll(/\((R|TM)\)/g, '').trim(),
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    fileSystem: fileSystemOf(directory),
    node: process.version.slice(1),
    python: version.toString().trim(),
  };
}

/** For a file's name. */
export function machineSlug(machine: Machine): string {
  const cpu = machine.cpu
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `${cpu}-${machine.cores}-cores`;
}

/** The longest mount point that holds `directory` (Linux; elsewhere unknown). */
function fileSystemOf(directory: string): string {
  if (process.platform !== 'linux') return 'unknown';
  let best = { point: '', type: 'unknown' };
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const [, point = '', type = ''] = line.split(' ');
    const holds = point === '/' || directory === point || directory.startsWith(`${point}/`);
    if (point !== '' && holds && point.length >= best.point.length) best = { point, type };
  }
  return best.type;
}
