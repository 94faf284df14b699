// Describes an interpreter by running `python/probe.py` in it once, and keeps the answer until the interpreter, its
// virtual environment, the probe or the running kernel changes.

import { realpathSync } from 'node:fs';
import { machine, release, version } from 'node:os';
import { dirname, join } from 'node:path';
import { BuildError, hasCode, hashBytes, type Environment } from '#base';
import { fileState, recall, remember } from './disk-memo.ts';
import { asPythonDescription, type PythonDescription } from './python-description.ts';
import { pythonSourceFile } from './python-source-file.ts';
import { runPython } from './run-program.ts';

const marker = 'clutch-python-description:';
const formatVersion = '1';

/** What `executable` is. Starts it only when nothing on disk answers; fails with `PYTHON_UNUSABLE`. */
export async function describePython(
  executable: string,
  environment: Environment = process.env,
  keep = true,
): Promise<PythonDescription> {
  const key = descriptionKey(executable);
  const known = key === undefined ? undefined : asPythonDescription(recall(key, environment));
  return known ?? probePython(executable, environment, keep);
}

/** Runs the probe in `command` and, with `keep`, keeps what it says under the executable that it names. */
export async function probePython(
  command: string,
  environment: Environment,
  keep: boolean,
): Promise<PythonDescription> {
  const probe = pythonSourceFile('probe.py');
  const result = await runPython(command, ['-I', '-B', probe], { env: { ...environment } });
  // A Ctrl-C on the terminal reaches the probe as well; that says nothing about the interpreter.
  // Python ends by the signal, or, still starting, with status 1.
  if (result.signal === 'SIGINT' || /^KeyboardInterrupt$/m.test(result.output))
    throw new BuildError('INTERRUPTED', 'Interrupted');
  const line = result.stdout.split('\n').find((text) => text.startsWith(marker));
  if (result.code !== 0 || line === undefined) throw unusable(command, result.output);
  const description = completed(JSON.parse(line.slice(marker.length)));
  if (description === undefined || description.executable === '') throw unusable(command, result.output);
  const key = descriptionKey(description.executable);
  if (keep && key !== undefined) remember(key, description, environment);
  return description;
}

function completed(value: unknown): PythonDescription | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return asPythonDescription({ ...value, environmentKey: environmentKey(value) });
}

function environmentKey(probed: object): string {
  const parts = ['implementation', 'version', 'soabi', 'platform', 'sysconfig'];
  const libc: unknown = Reflect.get(Object(Reflect.get(probed, 'tags')), 'libc') ?? null;
  return hashBytes(JSON.stringify([...parts.map((name): unknown => Reflect.get(probed, name)), libc]));
}

/** Everything that a description depends on; `undefined` when the interpreter is not there. */
function descriptionKey(executable: string): readonly string[] | undefined {
  try {
    const real = realpathSync(executable);
    const binary = dirname(executable);
    const environmentFiles = [join(binary, 'pyvenv.cfg'), join(dirname(binary), 'pyvenv.cfg')];
    return [
      `describe-${formatVersion}`,
      executable,
      real,
      fileState(real),
      fileState(pythonSourceFile('probe.py')),
      ...environmentFiles.map(fileState),
      `${release()} ${version()} ${machine()}`,
    ];
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}

function unusable(command: string, output: string): BuildError {
  const said = output.trim().split('\n').slice(-3).join('\n');
  return new BuildError(
    'PYTHON_UNUSABLE',
    `\`${command}\` is no Python that clutch can use\n${said}`.trimEnd(),
    {
      hint: 'set BUILDOUT_PYTHON to a Python of version 3.9 or newer',
    },
  );
}
