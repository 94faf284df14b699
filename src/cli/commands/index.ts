// The commands that zc.buildout does not have, by name. Each is a chunk of its own in the bundle.

import type { Command } from './command.ts';

export const addedCommands: Readonly<Record<string, () => Promise<Command>>> = {
  cache: async () => (await import('./cache/cache.ts')).cache,
  delete: async () => (await import('./repository/delete.ts')).deleteCommand,
  edit: async () => (await import('./edit.ts')).edit,
  plan: async () => (await import('./plan.ts')).planCommand,
  promote: async () => (await import('./repository/promote.ts')).promote,
  prune: async () => (await import('./prune.ts')).prune,
  publish: async () => (await import('./repository/publish.ts')).publish,
  release: async () => (await import('./release/release.ts')).release,
  reserve: async () => (await import('./repository/reserve.ts')).reserve,
  serve: async () => (await import('./repository/serve.ts')).serve,
  token: async () => (await import('./repository/token.ts')).token,
  why: async () => (await import('./why.ts')).whyCommand,
  yank: async () => (await import('./repository/yank.ts')).yank,
};
