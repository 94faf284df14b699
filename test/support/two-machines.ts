// Two machines that share nothing but servers: each with its own home, caches, temporary files and directories, the second
// one without a compiler.

import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import {
  eggsIn,
  expectSuccess,
  simpleConfiguration,
  type SimpleConfiguration,
  type TestWorkspace,
} from './for-test.ts';
import type { RunResult } from './run-clutch.ts';

export interface Machine {
  home: string;
  eggCache: string;
  environment: Record<string, string>;
  /** Runs a fresh buildout there; what it prints and how long it took. */
  install(name: string, configuration: MachineRun): Promise<MachineResult>;
  command(words: readonly string[], environment?: Record<string, string>): Promise<RunResult>;
  /** Writes the user's `clutch.cfg`. */
  configure(text: string): void;
}

export interface MachineRun extends SimpleConfiguration {
  environment?: Record<string, string>;
  words?: readonly string[];
  /** Run under this command. */
  prefix?: readonly string[];
}

export interface MachineResult {
  machine: Machine;
  directory: string;
  result: RunResult;
  eggs: string[];
  milliseconds: number;
}

/** A machine below the workspace. `compiler: false`: its PATH has everything of this one but compilers. */
export function createMachine(
  workspace: TestWorkspace,
  name: string,
  { compiler = true }: { compiler?: boolean } = {},
): Machine {
  const base = join(workspace.base, name);
  const home = join(base, 'home');
  const temporary = join(base, 'tmp');
  for (const directory of [home, temporary]) mkdirSync(directory, { recursive: true });
  const environment = {
    HOME: home,
    TMPDIR: temporary,
    CLUTCH_MACHINE_CONFIG: join(base, 'etc', 'clutch.cfg'),
    ...(compiler ? {} : { PATH: pathWithoutCompilers(join(base, 'bin')) }),
  };
  const machine: Machine = {
    home,
    environment,
    eggCache: join(home, '.cache', 'clutch'),
    configure: (text) => {
      mkdirSync(join(home, '.config', 'clutch'), { recursive: true });
      writeFileSync(join(home, '.config', 'clutch', 'clutch.cfg'), text);
    },
    command: (words, more = {}) =>
      workspace.run(words, { cwd: base, environment: { ...environment, ...more } }),
    install: async (project, { environment: more = {}, words = [], prefix = [], ...configuration }) => {
      const directory = join(base, project);
      mkdirSync(directory);
      writeFileSync(join(directory, 'buildout.cfg'), simpleConfiguration(configuration));
      const began = performance.now();
      const result = await workspace.run(words, {
        cwd: directory,
        prefix,
        environment: { ...environment, ...more },
      });
      const milliseconds = performance.now() - began;
      expectSuccess(result);
      return { machine, directory, result, eggs: eggsIn(directory), milliseconds };
    },
  };
  return machine;
}

const compilers = /^(?:.*-)?(?:gcc|g\+\+|cc|c\+\+|c89|c99|cpp|clang|tcc|ld|as)(?:[-.].*)?$/;

/** A directory of links to all programs there are, without compilers. */
function pathWithoutCompilers(directory: string): string {
  mkdirSync(directory, { recursive: true });
  for (const place of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const program of tryList(place)) {
      if (compilers.test(program)) continue;
      try {
        symlinkSync(join(place, program), join(directory, program));
      } catch (error) {
        // The first on the PATH wins.
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
    }
  }
  return directory;
}

function tryList(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
