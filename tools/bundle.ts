// Makes `dist/`: one ESM entry, split so that a run loads only the rooms it needs. Third-party code is bundled, so
// the package has no install-time dependency.

import { rmSync } from 'node:fs';
import { build, type Plugin } from 'esbuild';

/** Loaded at the first call: every run has the rooms that import them, and few runs need them. */
const late = new Set(['child_process', 'crypto', 'readline', 'stream', 'timers/promises', 'util', 'zlib']);

/**
 * Node's own modules without the `import`, which reads every export of a module and so loads what hides behind them:
 * `fs` brings streams and promises, `crypto` WebCrypto. Only names that somebody imports are left in the bundle.
 */
const nodeModules: Plugin = {
  name: 'node-modules',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'node-modules' } : { path, external: true },
    );
    build.onLoad({ filter: /./, namespace: 'node-modules' }, ({ path }) => ({
      contents: describeModule(path),
      loader: 'js',
    }));
  },
};

function describeModule(path: string): string {
  const module: object = process.getBuiltinModule(path) ?? {};
  const isLate = late.has(path.slice('node:'.length));
  const names = Object.keys(module).filter((name) => /^[a-z_$][\w$]*$/i.test(name) && name !== 'default');
  const load = `process.getBuiltinModule('${path}')`;
  return [
    isLate ? `let known; const load = () => (known ??= ${load});` : `const load = () => ${load};`,
    'export default /* @__PURE__ */ load();',
    ...names.map((name) =>
      isLate && isPlainFunction(module, name)
        ? `const call_${name} = (...values) => load().${name}(...values); export { call_${name} as ${name} };`
        : `const get_${name} = /* @__PURE__ */ (() => load().${name})(); export { get_${name} as ${name} };`,
    ),
  ].join('\n');
}

/** One that is called and nothing else: no class, and without properties (`promisify` looks for them). */
function isPlainFunction(module: object, name: string): boolean {
  const value: unknown = Object.getOwnPropertyDescriptor(module, name)?.value;
  return typeof value === 'function' && /^[a-z]/.test(name) && Reflect.ownKeys(value).every(isUsual);
}

function isUsual(key: string | symbol): boolean {
  return key === 'name' || key === 'length' || key === 'prototype';
}

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: {
    clutch: 'src/cli/main.ts',
    'egg-thread': 'src/eggs/egg-thread.ts',
    'inspect-worker': 'src/repository/inspect/inspect-worker.ts',
    'readme-worker': 'src/repository/pages/readme/readme-worker.ts',
  },
  outdir: 'dist',
  bundle: true,
  plugins: [nodeModules],
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.15',
  minify: false,
  sourcemap: false,
  legalComments: 'none',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
