// Makes `dist/`: one ESM entry, in two kinds of pieces. What every run loads is one file, `core.js`, since each file costs a
// millisecond; commands of our own, connections and servers are files that are loaded when called for. Threads have files
// of their own, with nothing in them but what they do. Third-party code is bundled, so the package has no install-time
// dependency.

import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';

/** Loaded at the first call: every run has the rooms that import them, and few runs need them. */
const late = new Set(['child_process', 'crypto', 'readline', 'stream', 'timers/promises', 'util', 'zlib']);

/**
 * Node's own modules without the `import`, which reads every export of a module and so loads what hides behind them:
 * `fs` brings streams and promises, `crypto` WebCrypto. Only names that somebody imports are left in the bundle.
 */
const nodeModules: Plugin = {
  name: 'node-modules',
  resolveId: {
    filter: { id: /^node:/ },
    handler: (id, importer, { kind }) =>
      kind === 'import-statement' && importer?.startsWith('\0rolldown') !== true
        ? `\0${id}`
        : { id, external: true },
  },
  load: {
    filter: { id: /^\0node:/ },
    handler: (id) => ({ code: describeModule(id.slice(1)), moduleType: 'js' }),
  },
};

function describeModule(path: string): string {
  const module: object = process.getBuiltinModule(path) ?? {};
  const isLate = late.has(path.slice('node:'.length));
  const names = Object.keys(module).filter((name) => /^[a-z_$][\w$]*$/i.test(name) && name !== 'default');
  const load = `process.getBuiltinModule('${path}')`;
  const exports = names.map((name) => {
    const value = (isLate ? tryDescribeLate(module, name) : undefined) ?? `(() => load().${name})()`;
    return `const get_${name} = /* @__PURE__ */ ${value}; export { get_${name} as ${name} };`;
  });
  return [
    isLate ? `let known; const load = () => (known ??= ${load});` : `const load = () => ${load};`,
    'export default /* @__PURE__ */ load();',
    ...exports,
  ].join('\n');
}

/** What stands for an export until it is used; `undefined` for what cannot wait (a class). */
function tryDescribeLate(module: object, name: string): string | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(module, name)?.value;
  if (isPlainFunction(value, name)) return `(() => (...values) => load().${name}(...values))()`;
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isTable ? `(() => new Proxy({}, { get: (_, key) => load().${name}[key] }))()` : undefined;
}

/** One that is called and nothing else: no class, and without properties (`promisify` looks for them). */
function isPlainFunction(value: unknown, name: string): boolean {
  return typeof value === 'function' && /^[a-z]/.test(name) && Reflect.ownKeys(value).every(isUsual);
}

function isUsual(key: string | symbol): boolean {
  return key === 'name' || key === 'length' || key === 'prototype';
}

/** So that the program's file is found by its name, and not before `main.ts` has said where compiled code is kept. */
const programApart: Plugin = {
  name: 'program-apart',
  resolveId: {
    filter: { id: /\/run-program\.ts$/ },
    handler: () => ({ id: './program.js', external: true }),
  },
};

/** Every module that `start` imports without waiting for a call, and what those import; not `start` itself. */
function createImportGraph(): { plugin: Plugin; closureOf: (start: string) => ReadonlySet<string> } {
  const imports = new Map<string, readonly string[]>();
  return {
    plugin: {
      name: 'import-graph',
      moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds),
    },
    closureOf: (start) => {
      const closure = new Set(imports.get(start));
      for (const id of closure) for (const imported of imports.get(id) ?? []) closure.add(imported);
      return closure;
    },
  };
}

const output = {
  dir: 'dist',
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  comments: false,
} as const;

/**
 * What every run loads in one file, what it loads when called for in others. The program itself stays out of the first:
 * it waits for what it has called, and the others import that file.
 */
async function bundleProgram(): Promise<void> {
  const graph = createImportGraph();
  const input = resolve('src/cli/run-program.ts');
  const plugins = [nodeModules, graph.plugin];
  const bundle = await rolldown({ input: { program: input }, platform: 'node', plugins });
  let core: ReadonlySet<string> | undefined;
  const isCore = (id: string): boolean => (core ??= graph.closureOf(input)).has(id);
  await bundle.write({ ...output, codeSplitting: { groups: [{ name: 'core', test: isCore }] } });
}

async function bundleWhole(name: string, input: string, plugins: readonly Plugin[] = []): Promise<void> {
  const bundle = await rolldown({
    input: { [name]: input },
    platform: 'node',
    plugins: [...plugins, nodeModules],
  });
  await bundle.write({ ...output, codeSplitting: false });
}

rmSync('dist', { recursive: true, force: true });
await bundleWhole('clutch', 'src/cli/main.ts', [programApart]);
await bundleProgram();
await bundleWhole('egg-thread', 'src/eggs/egg-thread.ts');
await bundleWhole('inspect-worker', 'src/repository/inspect/inspect-worker.ts');
await bundleWhole('readme-worker', 'src/repository/pages/readme/readme-worker.ts');
