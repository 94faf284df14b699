// What tests of the egg cache share: sources that count their builds, runs in fresh directories, and where entries lie.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { buildLegacySdist } from './build-legacy-sdist.ts';
import {
  eggsIn,
  expectSuccess,
  simpleConfiguration,
  type SimpleConfiguration,
  type TestWorkspace,
} from './for-test.ts';
import type { RunResult } from './run-clutch.ts';

export interface CountedSdist {
  name: string;
  requires?: readonly string[];
  /** Statements before the wheel is written, `files` being what goes into it. */
  prepare?: string;
  tag?: string;
}

/** A source distribution whose back end appends a line to a file for each build. */
export async function countedSdist(workspace: TestWorkspace, sdist: CountedSdist): Promise<void> {
  const { name, requires = [], prepare = '', tag = 'py3-none-any' } = sdist;
  const info = `${name}-1.0.dist-info`;
  const backEnd = `import os, subprocess, sys, time, zipfile
def build_wheel(directory, config_settings=None, metadata_directory=None):
    with open(${JSON.stringify(join(workspace.base, 'builds.log'))}, 'a') as log:
        log.write('${name}\\n')
    time.sleep(0.2)
    files = {'${name}.py': b'version = "1.0"\\n'}
${prepare.replaceAll(/^/gm, '    ')}
    name = '${name}-1.0-${tag}.whl'
    with zipfile.ZipFile(os.path.join(directory, name), 'w') as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)
        wheel.writestr('${info}/METADATA', 'Metadata-Version: 2.1\\nName: ${name}\\nVersion: 1.0\\n')
        wheel.writestr('${info}/WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: ${tag}\\n')
        wheel.writestr('${info}/RECORD', '')
    return name
`;
  await buildLegacySdist(workspace.links, {
    name,
    version: '1.0',
    files: {
      'pyproject.toml': `[build-system]\nrequires = ${JSON.stringify(requires)}\nbuild-backend = "back_end"\nbackend-path = ["."]\n`,
      'back_end.py': backEnd,
    },
  });
}

export function buildsIn(workspace: TestWorkspace): string[] {
  const log = join(workspace.base, 'builds.log');
  return existsSync(log)
    ? readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .sort()
    : [];
}

export interface FreshRun extends Omit<SimpleConfiguration, 'index'> {
  environment?: Record<string, string>;
}

/** Runs in a fresh directory, so that nothing is there but the egg cache. */
export async function runFresh(
  workspace: TestWorkspace,
  name: string,
  { environment = {}, ...configuration }: FreshRun,
): Promise<{ directory: string; result: RunResult }> {
  const directory = join(workspace.base, name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'buildout.cfg'),
    simpleConfiguration({ index: workspace.links, ...configuration }),
  );
  const result = await workspace.run([], { cwd: directory, environment });
  expectSuccess(result);
  return { directory, result };
}

export async function cache(
  workspace: TestWorkspace,
  directory: string,
  words: readonly string[],
): Promise<RunResult> {
  return workspace.run(['cache', ...words], { cwd: directory });
}

export function entryOf(workspace: TestWorkspace, project: string): string {
  const shown = workspace.eggCache;
  for (const shard of readdirSync(join(shown, 'eggs'))) {
    for (const key of readdirSync(join(shown, 'eggs', shard))) {
      const entry = join(shown, 'eggs', shard, key);
      if (readFileSync(join(entry, 'manifest.json'), 'utf8').includes(`"project": "${project}"`))
        return entry;
    }
  }
  throw new Error(`no entry of ${project}`);
}

export const eggPath = (directory: string, project: string): string =>
  join(directory, 'eggs', 'v5', eggsIn(directory).find((name) => name.startsWith(`${project}-`)) ?? 'none');
