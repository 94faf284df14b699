// What of this machine decides what a build from source gives, besides the source: the interpreter, the compiler and
// the variables that compilers read. It is part of the request key of an sdist.

import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';

import { BuildError, type Environment } from '#base';
import { runPython, type PythonDescription } from '#python';
import type { Json } from '#store';

/** Variables that compilers and build back ends read; others do not reach a build. */
const variables = [
  'ARCHFLAGS',
  'CC',
  'CFLAGS',
  'CPATH',
  'CPPFLAGS',
  'CXX',
  'CXXFLAGS',
  'C_INCLUDE_PATH',
  'CPLUS_INCLUDE_PATH',
  'LDFLAGS',
  'LDSHARED',
  'LIBRARY_PATH',
  'MACOSX_DEPLOYMENT_TARGET',
  'PKG_CONFIG_PATH',
  'STATIC_DEPS',
] as const;

/** What a build environment says of a compiler that cannot be started. */
export const noCompiler = 'none';

/** The facts, as they go into a key. Asks the compiler for its version; `name` is the operator's own. */
export async function readBuildEnvironment(
  python: PythonDescription,
  environment: Environment,
  name = '',
): Promise<Record<string, Json>> {
  const set = variables.flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const compiler = environment['CC'] ?? python.sysconfig['CC'] ?? 'cc';
  const { markers, tags } = python;
  return {
    os: markers.sys_platform,
    architecture: markers.platform_machine,
    libc: tags.libc === undefined ? 'none' : `${tags.libc.name} ${tags.libc.version}`,
    python: `${python.implementation} ${python.version}`,
    soabi: python.soabi,
    // With the compiler and flags from sysconfig, too long to be listed here.
    'python-build': python.environmentKey,
    compiler: await versionOf(compiler),
    variables: Object.fromEntries(set),
    ...(name === '' ? {} : { name }),
  };
}

/** Programs that build back ends and `configure` scripts look for, besides the compiler. */
const tools = [
  'ar',
  'c++',
  'cargo',
  'cc',
  'cmake',
  'gfortran',
  'ld',
  'make',
  'ninja',
  'pkg-config',
  'rustc',
  'swig',
];

/** Those on the PATH: the real file's name and size, for people who compare two builds. Nothing is started. */
export function findBuildTools(environment: Environment): Record<string, string> {
  const directories = (environment['PATH'] ?? '').split(delimiter).filter((path) => path !== '');
  return Object.fromEntries(
    tools.flatMap((name) => {
      const place = directories.find((directory) => existsSync(join(directory, name)));
      if (place === undefined) return [];
      const real = realpathSync(join(place, name));
      return [[name, `${basename(real)}, ${statSync(real).size} bytes`]];
    }),
  );
}

async function versionOf(compiler: string): Promise<string> {
  const [program = 'cc', ...args] = compiler.split(' ').filter((word) => word !== '');
  try {
    const { stdout } = await runPython(program, [...args, '--version']);
    return stdout.split('\n', 1)[0] ?? '';
  } catch (error) {
    if (error instanceof BuildError) return noCompiler;
    throw error;
  }
}
