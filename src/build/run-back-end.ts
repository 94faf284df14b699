// A project's back end at work: its requirements are obtained, it is asked for more, then its hook runs, each time in
// a Python of its own that sees nothing but the build requirements.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, Report } from '#base';
import { pythonSourceFile, runPython, type PythonDescription, type ProgramResult } from '#python';
import { buildEnvironment } from './build-environment.ts';
import { buildFailure } from './build-failure.ts';
import { readBackEnd, type ProjectBackEnd, type RequirementsFor } from './project-back-end.ts';

export interface BackEndOptions {
  /** How messages call the project. */
  name: string;
  /** The project's directory, in which the hooks run. */
  root: string;
  /** Compilers are told to write another path for this one. */
  hidden?: string;
  /** For the job and answer files and programs of build requirements; removed by the caller. */
  scratch: string;
  /** Where the built wheel goes. */
  output: string;
  python: PythonDescription;
  requirementsFor: RequirementsFor;
  buildExt?: Readonly<Record<string, string>> | undefined;
  configSettings?: Readonly<Record<string, string | readonly string[]>> | undefined;
  environment: Environment;
  extraEnvironment: Readonly<Record<string, string>>;
  report: Report;
  signal?: AbortSignal | undefined;
}

export type BuiltKind = 'wheel' | 'editable' | 'sdist';

const steps: Readonly<Record<BuiltKind, string>> = {
  wheel: 'building its wheel',
  editable: 'building its editable wheel',
  sdist: 'building its source archive',
};

interface HookCall {
  backEnd: ProjectBackEnd;
  hook: string;
  step: string;
  paths: readonly string[];
}

/**
 * Builds a wheel, ordinary or editable, or a source archive, and returns its file name in `output`. An editable one that the back end
 * cannot make becomes setuptools' egg-link, if it is setuptools; the name then ends in `.egg-link`.
 */
export async function runBackEnd(kind: BuiltKind, options: BackEndOptions): Promise<string> {
  mkdirSync(options.output, { recursive: true });
  mkdirSync(options.scratch, { recursive: true });
  const backEnd = await readBackEnd(options.root, options.name);
  const first = { backEnd, paths: await options.requirementsFor(backEnd.requires) };
  const asked = await callHook(options, {
    ...first,
    hook: `get_requires_for_build_${kind}`,
    step: 'asking for its build requirements',
  });
  const more = asked.filter((requirement) => !backEnd.requires.includes(requirement));
  const paths =
    more.length === 0 ? first.paths : await options.requirementsFor([...backEnd.requires, ...more]);
  const step = steps[kind];
  const [built] = await callHook(options, { backEnd, paths, hook: `build_${kind}`, step });
  if (built !== undefined) return built;
  const oldSetuptools = kind === 'editable' && backEnd.backend.startsWith('setuptools.');
  if (!oldSetuptools) throw buildFailure(options.name, step, `${backEnd.backend} has no build_${kind}`);
  const [link] = await callHook(options, {
    backEnd,
    paths,
    hook: 'setup_py_develop',
    step: 'setup.py develop',
  });
  if (link !== undefined) return link;
  throw buildFailure(options.name, step, 'setup.py develop made no egg-link');
}

/** What the hook answered, as a list; empty when the back end has no such hook. */
async function callHook(options: BackEndOptions, call: HookCall): Promise<readonly string[]> {
  const scripts = join(options.scratch, 'bin');
  const jobFile = join(options.scratch, `${call.hook}.json`);
  const answerFile = join(options.scratch, `${call.hook}.answer.json`);
  const job = {
    hook: call.hook,
    root: options.root,
    output: options.output,
    answer: answerFile,
    backend: call.backEnd.backend,
    backend_path: call.backEnd.backendPath,
    paths: call.paths,
    scripts,
    config_settings: options.configSettings,
    build_ext: options.buildExt,
  };
  writeFileSync(jobFile, JSON.stringify(job));
  const { environment, extraEnvironment, hidden } = options;
  const result = await runPython(
    options.python.executable,
    ['-s', '-B', '-u', pythonSourceFile('build_runner.py'), jobFile],
    {
      cwd: options.root,
      env: buildEnvironment({ environment, extraEnvironment, hidden, scripts, paths: call.paths }),
      ...(options.signal !== undefined && { signal: options.signal }),
    },
  );
  if (result.output !== '') options.report({ type: 'log', level: 'debug', text: result.output.trimEnd() });
  if (result.code !== 0) throw buildFailure(options.name, call.step, endOf(result, hidden));
  return readAnswer(answerFile);
}

/** The output, without the build directory's long name, and how the process ended if not by itself. */
function endOf({ output, signal }: ProgramResult, hidden: string | undefined): string {
  const readable = hidden === undefined ? output : output.replaceAll(hidden, '/build');
  return signal === null ? readable : `${readable}\nended by ${signal}`.trim();
}

function readAnswer(file: string): readonly string[] {
  const answer: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const result: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'result') : undefined;
  const items: unknown[] = Array.isArray(result) ? result : [result];
  return items.filter((item) => typeof item === 'string');
}
