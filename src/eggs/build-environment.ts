// What of this machine decides what a build from source gives, besides the source: the interpreter, the compiler and
// the variables that compilers read. It is part of the request key of an sdist.

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

/** The facts, as they go into a key. Asks the compiler for its version. */
export async function readBuildEnvironment(
  python: PythonDescription,
  environment: Environment,
): Promise<Json> {
  const set = variables.flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const compiler = environment['CC'] ?? python.sysconfig['CC'] ?? 'cc';
  return {
    python: python.environmentKey,
    compiler: await versionOf(compiler),
    variables: Object.fromEntries(set),
  };
}

async function versionOf(compiler: string): Promise<string> {
  const [program = 'cc', ...args] = compiler.split(' ').filter((word) => word !== '');
  try {
    const { stdout } = await runPython(program, [...args, '--version']);
    return stdout.split('\n', 1)[0] ?? '';
  } catch (error) {
    if (error instanceof BuildError) return 'none';
    throw error;
  }
}
