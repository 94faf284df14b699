// Which PEP 517 back end a project names in its pyproject.toml (PEP 518 and 517), and what it requires to start.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError, tryReadText } from '#base';

/** Obtains build requirements and gives their `sys.path` entries, dependencies included. */
export type RequirementsFor = (requirements: readonly string[]) => Promise<readonly string[]>;

export interface ProjectBackEnd {
  /** `module:object`, as PEP 517 writes it. */
  backend: string;
  requires: readonly string[];
  /** Directories of a back end that lies in the project itself, relative to it. */
  backendPath: readonly string[];
}

/** What pip takes for a project that does not say (pip, `pyproject.py`). */
const legacy: ProjectBackEnd = {
  backend: 'setuptools.build_meta:__legacy__',
  requires: ['setuptools>=40.8.0'],
  backendPath: [],
};

/** The back end of the project in `root`, which messages call `name`. Fails with `PROJECT_INVALID`. */
export async function readBackEnd(root: string, name: string): Promise<ProjectBackEnd> {
  const text = tryReadText(join(root, 'pyproject.toml'));
  if (text === undefined) {
    if (existsSync(join(root, 'setup.py')) || existsSync(join(root, 'setup.cfg'))) return legacy;
    throw invalidProject(name, 'there is neither a pyproject.toml nor a setup.py');
  }
  const table = field(await parseToml(text, name), 'build-system');
  if (table === undefined) return legacy;
  const requires = field(table, 'requires');
  if (!isStrings(requires)) throw invalidProject(name, '`build-system.requires` is no list of strings');
  const backend = field(table, 'build-backend');
  if (backend === undefined) return { ...legacy, requires: withSetuptools(requires) };
  const backendPath = field(table, 'backend-path') ?? [];
  if (typeof backend !== 'string') throw invalidProject(name, '`build-system.build-backend` is no string');
  if (!isStrings(backendPath))
    throw invalidProject(name, '`build-system.backend-path` is no list of strings');
  return { backend, requires, backendPath };
}

function withSetuptools(requires: readonly string[]): readonly string[] {
  return requires.some((line) => /^\s*setuptools\b/i.test(line))
    ? requires
    : [...requires, ...legacy.requires];
}

async function parseToml(text: string, name: string): Promise<unknown> {
  const { parse, TomlError } = await import('smol-toml');
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ''] = error.message.split('\n', 1);
    throw invalidProject(name, `line ${error.line} of its pyproject.toml is no TOML: ${reason}`);
  }
}

function field(table: unknown, name: string): unknown {
  return typeof table === 'object' && table !== null ? Reflect.get(table, name) : undefined;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function invalidProject(name: string, reason: string): BuildError {
  return new BuildError('PROJECT_INVALID', `Cannot build ${name}: ${reason}`);
}
