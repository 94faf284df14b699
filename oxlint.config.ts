// The linter's rules, and the map of rooms: which room may import which (arrows go down only).
// `test/rooms.test.ts` proves that a forbidden import is refused.

import { defineConfig, type OxlintConfig, type OxlintOverride } from 'oxlint';

/** What each room may import besides Node's own modules. `cli` may import every room. */
const rooms: Record<string, readonly string[]> = {
  base: [],
  standards: ['base'],
  archive: ['base'],
  net: ['base'],
  config: ['base', 'standards'],
  index: ['base', 'standards', 'net', 'archive'],
  resolver: ['base', 'standards'],
  python: ['base', 'standards'],
  store: ['base', 'standards', 'archive', 'net'],
  build: ['base', 'standards', 'archive', 'python', 'store'],
  scripts: ['base', 'standards'],
  eggs: ['base', 'standards', 'index', 'resolver', 'store', 'build', 'python'],
  recipes: ['base', 'standards', 'config', 'net', 'python', 'eggs', 'scripts'],
  parts: ['base', 'standards', 'config', 'eggs', 'recipes'],
  release: [
    'base',
    'standards',
    'archive',
    'net',
    'config',
    'index',
    'resolver',
    'python',
    'store',
    'build',
    'scripts',
    'eggs',
    'recipes',
    'parts',
  ],
  repository: ['base', 'standards', 'archive', 'net', 'store', 'index'],
};

const names = Object.keys(rooms);

const roomRules: OxlintOverride[] = names.map((room): OxlintOverride => {
  const allowed = rooms[room] ?? [];
  const forbidden = [...names, 'cli'].filter((name) => name !== room && !allowed.includes(name));
  const neighbours = [...names, 'cli'].filter((name) => name !== room);
  return {
    files: [`src/${room}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^#(${forbidden.join('|') || 'none'})(/|$)`,
              message: `The room \`${room}\` may not import this one: see the map in oxlint.config.ts.`,
            },
            {
              regex: `^(\\.\\./)+(${neighbours.join('|')})/`,
              message: 'Import another room by its door: `#room`.',
            },
          ],
        },
      ],
    },
  };
});

const config: OxlintConfig = defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'oxc'],
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    'import/no-cycle': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/consistent-type-imports': 'error',
    'max-lines': ['error', { max: 400, skipBlankLines: true }],
    'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    'max-params': ['error', { max: 3 }],
    'no-console': 'error',
    'unicorn/no-process-exit': 'error',
    'no-empty': 'error',
    // Said on purpose here and there: a loop that waits for each step, a shadowed short name in a closure.
    'no-await-in-loop': 'off',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'import/no-unassigned-import': 'off',
  },
  overrides: [
    ...roomRules,
    {
      files: ['**/*.test.ts', 'test/**', 'bench/**', 'tools/**'],
      rules: {
        'max-lines-per-function': 'off',
        'max-lines': 'off',
        'no-console': 'off',
        // Terminals are tested by the control characters they get.
        'no-control-regex': 'off',
      },
    },
    { files: ['src/cli/**', 'tools/**', 'bench/**'], rules: { 'unicorn/no-process-exit': 'off' } },
  ],
  ignorePatterns: ['dist', 'node_modules', '/python'],
});

export default config;
