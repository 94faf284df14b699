// Checkouts of git, Subversion and Mercurial by their own programs: what changed, which tags there are, and new tags.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BuildError, type Environment } from '#base';
import { hideLogins } from '#parts';
import { tryRunProgram } from '#python';
import { openGit } from './git.ts';
import { openMercurial } from './mercurial.ts';
import { openSubversion } from './subversion.ts';

export interface Checkout {
  readonly kind: 'git' | 'hg' | 'svn';
  /** The directory that the whole checkout lies in. */
  readonly root: string;
  /** Files that differ from the commit or are not known to it, relative to the root; ignored ones are not among them. */
  changes(): Promise<readonly string[]>;
  /** The tags of exactly what is checked out. */
  tags(): Promise<readonly string[]>;
  hasTag(tag: string): Promise<boolean>;
  /** What is checked out: a commit, or a URL with its revision. */
  revision(): Promise<string>;
  /** Names what is checked out. In Subversion that is a new directory in the repository, in Mercurial a commit. */
  createTag(tag: string, message: string): Promise<void>;
  /** Sends a tag to where others get it; `undefined`: it is there as soon as it is made. */
  pushTag?: (tag: string, remote: string) => Promise<void>;
}

/** Runs the system's program in the root; gives its output, fails with `VCS_FAILED` in its own words. */
export type RunVcs = (...args: string[]) => Promise<string>;

const kinds = [
  ['git', openGit],
  ['hg', openMercurial],
  ['svn', openSubversion],
] as const;

/** The checkout that `directory` lies in; `undefined`: in none. Nothing is started yet. */
export function findCheckout(directory: string, environment: Environment): Checkout | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    for (const [kind, open] of kinds) {
      if (existsSync(join(folder, `.${kind}`))) return open(folder, createRunner(kind, folder, environment));
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function createRunner(kind: string, root: string, environment: Environment): RunVcs {
  return async (...args) => {
    // Its words are compared, nobody is there to be asked, and looking at a checkout writes nothing into it.
    const env = {
      ...environment,
      LC_ALL: 'C',
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
      HGPLAIN: '1',
    };
    const result = await tryRunProgram(kind, args, { cwd: root, env });
    if (result === undefined) {
      throw new BuildError(
        'VCS_NOT_INSTALLED',
        `\`${root}\` is a checkout of ${kind}, and there is no \`${kind}\``,
        {
          hint: `install ${kind}`,
        },
      );
    }
    if (result.code === 0) return result.stdout;
    const reason = hideLogins((result.stderr.trim() || result.stdout.trim()).split('\n', 3).join('; '));
    throw new BuildError('VCS_FAILED', `\`${kind} ${args[0] ?? ''}\` in \`${root}\` failed: ${reason}`);
  };
}
