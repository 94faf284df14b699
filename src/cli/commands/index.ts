// The commands that zc.buildout does not have, by name. Each is a chunk of its own in the bundle.

import type { Command } from './command.ts';

export const addedCommands: Readonly<Record<string, () => Promise<Command>>> = {
  cache: async () => (await import('./cache/cache.ts')).cache,
  edit: async () => (await import('./edit.ts')).edit,
  plan: async () => (await import('./plan.ts')).planCommand,
  release: async () => (await import('./release/release.ts')).release,
  why: async () => (await import('./why.ts')).whyCommand,
};
