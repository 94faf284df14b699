// A checkout of Subversion: a tag is a directory below `tags`, beside `trunk` and `branches`.

import type { Checkout, RunVcs } from './checkout.ts';
import { lines } from './git.ts';

export function openSubversion(root: string, run: RunVcs): Checkout {
  const url = async (): Promise<string> => (await run('info', '--show-item', 'url')).trim();
  const revision = async (): Promise<string> =>
    `${await url()}@${(await run('info', '--show-item', 'revision')).trim()}`;
  return {
    kind: 'svn',
    root,
    changes: async () =>
      lines(await run('status')).flatMap((line) => (/^[ X>]/.test(line) ? [] : [line.slice(8)])),
    tags: async () => /\/tags\/([^/]+)/.exec(await url())?.slice(1) ?? [],
    hasTag: async (tag) => {
      const base = projectUrl(await url());
      if (!lines(await run('list', base)).includes('tags/')) return false;
      return lines(await run('list', `${base}/tags`)).includes(`${tag}/`);
    },
    revision,
    createTag: async (tag, message) => {
      const target = `${projectUrl(await url())}/tags/${tag}`;
      await run('copy', '--quiet', '--parents', '--message', message, '--', await revision(), target);
    },
  };
}

/** What `trunk`, `branches` and `tags` lie in. */
function projectUrl(url: string): string {
  return url.replace(/\/(?:trunk|branches|tags)(?:\/.*)?$/, '');
}
