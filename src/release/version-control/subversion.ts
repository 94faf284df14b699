// A checkout of Subversion: a tag is a directory below `tags`, beside `trunk` and `branches`.

import type { Checkout, RunVcs } from './checkout.ts';
import { lines } from './git.ts';

export function openSubversion(root: string, run: RunVcs): Checkout {
  const url = async (): Promise<string> => (await run('info', '--show-item', 'url')).trim();
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
  };
}

/** What `trunk`, `branches` and `tags` lie in. */
function projectUrl(url: string): string {
  return url.replace(/\/(?:trunk|branches|tags)(?:\/.*)?$/, '');
}
