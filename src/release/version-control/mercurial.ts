// A checkout of Mercurial.

import type { Checkout, RunVcs } from './checkout.ts';
import { lines } from './git.ts';

export function openMercurial(root: string, run: RunVcs): Checkout {
  return {
    kind: 'hg',
    root,
    changes: async () =>
      (await run('status', '--print0'))
        .split('\0')
        .flatMap((record) => (record === '' ? [] : [record.slice(2)])),
    tags: async () => {
      const tags = lines(await run('log', '--rev', '.', '--template', '{join(tags, "\\n")}\n'));
      return tags.filter((tag) => tag !== 'tip');
    },
    hasTag: async (tag) => lines(await run('tags', '--quiet')).includes(tag),
    revision: async () => (await run('identify', '--id')).trim(),
    createTag: async (tag, message) => void (await run('tag', '--message', message, '--', tag)),
    pushTag: async (_tag, remote) => void (await run('push', '--quiet', '--', remote)),
  };
}
