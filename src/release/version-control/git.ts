// A checkout of git.

import type { Checkout, RunVcs } from './checkout.ts';

export function openGit(root: string, run: RunVcs): Checkout {
  return {
    kind: 'git',
    root,
    changes: async () => readStatus(await run('status', '--porcelain', '-z', '--untracked-files=normal')),
    tags: async () => lines(await run('tag', '--points-at', 'HEAD')),
    hasTag: async (tag) => lines(await run('tag', '--list', '--', tag)).includes(tag),
    revision: async () => (await run('rev-parse', 'HEAD')).trim(),
    createTag: async (tag, message) => void (await run('tag', '--annotate', '--message', message, '--', tag)),
    pushTag: async (tag, remote) => void (await run('push', '--quiet', '--', remote, `refs/tags/${tag}`)),
  };
}

/** Two letters and a blank before each name; the old name of a renamed file is a record of its own. */
function readStatus(output: string): string[] {
  const records = output.split('\0');
  const names: string[] = [];
  for (let at = 0; at < records.length; at += 1) {
    const record = records[at] ?? '';
    if (record === '') continue;
    names.push(record.slice(3));
    if (/^[RC]|^.[RC]/.test(record)) at += 1;
  }
  return names;
}

export function lines(output: string): string[] {
  return output.split('\n').filter((line) => line !== '');
}
