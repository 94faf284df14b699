// How each program is asked to do the workload.

import { copyFileSync, readdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import type { Command } from './measure.ts';
import type { Peers } from './peers.ts';
import type { Home, Workspace } from './workspace.ts';

export interface Contestants {
  clutch(directory: string, home: Home, args: readonly string[]): Command;
  zcBuildout(directory: string, home: Home, args: readonly string[]): Command;
  uvInstall(directory: string, home: Home, args: readonly string[]): Command;
  /** An empty virtual environment, made by uv before the clock starts; its path. */
  makeVenv(name: string, home: Home): string;
  /** A directory with the configuration files of the workload and nothing else. */
  makeBuildout(name: string): string;
  /** The workload as pip and uv read it. */
  readonly requirements: string;
}

const workload = join(import.meta.dirname, 'plone62');

export function createContestants(options: {
  program: string;
  python: string;
  peers: Peers;
  workspace: Workspace;
}): Contestants {
  const { program, python, peers, workspace } = options;
  return {
    requirements: join(workload, 'requirements.txt'),
    clutch: (cwd, { environment }, args) => ({ argv: [program, ...args], cwd, environment }),
    zcBuildout: (cwd, { environment }, args) => ({ argv: [peers.zcBuildout, ...args], cwd, environment }),
    uvInstall: (cwd, { environment }, args) => ({
      argv: [peers.uv, 'pip', 'install', '--python', join(cwd, 'bin/python'), ...args],
      cwd,
      environment,
    }),
    makeVenv: (name, { environment }) => {
      const directory = workspace.fresh(name);
      const args = ['venv', '--quiet', '--allow-existing', '--python', python, directory];
      execFileSync(peers.uv, args, { env: environment, stdio: 'inherit' });
      return directory;
    },
    makeBuildout: (name) => {
      const directory = workspace.fresh(name);
      for (const file of readdirSync(workload)) copyFileSync(join(workload, file), join(directory, file));
      return directory;
    },
  };
}
