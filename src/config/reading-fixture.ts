// For tests of this room: files in a directory of their own, read as a run would read them.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Event } from '#base';
import type { Configuration, PythonFacts, ReadConfigurationOptions } from './configuration.ts';
import { defaultOptions } from './default-options.ts';
import { formatAnnotated } from './format-annotated.ts';
import { readConfiguration } from './read-configuration.ts';

/** A Linux with CPython 3.12. */
export const linuxFacts: PythonFacts = {
  facts: {
    linux: true,
    windows: false,
    posix: true,
    python2: false,
    python3: true,
    cpython: true,
    bits64: true,
  },
  markers: {
    python_version: '3.12',
    python_full_version: '3.12.1',
    os_name: 'posix',
    sys_platform: 'linux',
    platform_release: '6.1',
    platform_system: 'Linux',
    platform_version: '#1',
    platform_machine: 'x86_64',
    platform_python_implementation: 'CPython',
    implementation_name: 'cpython',
    implementation_version: '3.12.1',
  },
};

export interface Reading {
  directory: string;
  events: Event[];
  /** Every URL that was fetched, in order. */
  fetched: string[];
  /** What the network has; may change between runs. */
  remote: Record<string, string>;
  write(files: Record<string, string>): void;
  read(change?: Partial<ReadConfigurationOptions>): Promise<Configuration>;
  /** What `annotate SECTION…` prints after its title. */
  annotate(sections: string[], verbose?: boolean): Promise<string>;
}

/** A temporary directory with `files`, gone when the test is over. */
export function createReading(files: Record<string, string>): Reading {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'config-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const events: Event[] = [];
  const fetched: string[] = [];
  const remote: Record<string, string> = {};
  const write = (more: Record<string, string>): void => {
    for (const [name, text] of Object.entries(more)) {
      const path = join(directory, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  };
  const fetchRemote = async (url: string): Promise<Uint8Array> => {
    fetched.push(url);
    const text = remote[url];
    if (text === undefined) throw new Error('HTTP Error 404: Not Found');
    return Buffer.from(text);
  };
  const read = (change: Partial<ReadConfigurationOptions> = {}): Promise<Configuration> =>
    readConfiguration({
      file: 'buildout.cfg',
      cwd: directory,
      assignments: [],
      userDefaults: true,
      environment: { HOME: join(directory, 'home') },
      defaults: { ...defaultOptions, executable: '/usr/bin/python3' },
      builtinVersions: { 'zc.buildout': '>=6.0.1', 'zc.recipe.egg': '>=2.0.6' },
      fetchRemote,
      evaluateExpression: (expression) => expression.trim() === '2 + 2 == 4',
      pythonFacts: () => linuxFacts,
      report: (event) => events.push(event),
      ...change,
    });
  const annotate = async (sections: string[], verbose = false): Promise<string> => {
    const text = formatAnnotated(await read(), { sections, verbose, basedir: directory });
    return text.replace('\nAnnotated sections\n==================\n\n', '');
  };
  write(files);
  return { directory, events, fetched, remote, write, read, annotate };
}
