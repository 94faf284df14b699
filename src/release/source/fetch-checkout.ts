// A fresh checkout of what a release is made of, by the version control system's own program.

import { rmSync } from 'node:fs';
import { BuildError, type Environment } from '#base';
import { hideLogins } from '#parts';
import { tryRunProgram, type ProgramResult } from '#python';
import type { ReleaseSource } from './parse-source.ts';

type FetchedSource = Exclude<ReleaseSource, { kind: 'directory' }>;

export interface FetchContext {
  environment: Environment;
  signal?: AbortSignal | undefined;
}

/**
 * Makes `directory` (which must not be there) with the files of `source`. Fails with `RELEASE_NO_CLIENT` when the
 * program is not installed, with `RELEASE_FETCH` and the program's own words when it fails; no login is in them.
 */
export async function fetchCheckout(
  source: FetchedSource,
  directory: string,
  context: FetchContext,
): Promise<void> {
  const run = createRunner(source, context);
  if (source.kind === 'svn') await run('export', '--quiet', '--non-interactive', '--', source.url, directory);
  else if (source.kind === 'hg') await fetchMercurial(source, directory, run);
  else await fetchGit(source, directory, run);
}

type Run = (...words: string[]) => Promise<void>;

/** A tag or a branch needs no history; a commit may be anywhere in it. */
async function fetchGit({ url, ref }: FetchedSource, directory: string, run: Run): Promise<void> {
  const settings = ['-c', 'core.autocrlf=false', '-c', 'advice.detachedHead=false'];
  const clone = [...settings, 'clone', '--quiet', '--recurse-submodules'];
  const shallow = [...clone, '--depth', '1', '--shallow-submodules'];
  if (ref === undefined) return run(...shallow, '--', url, directory);
  if (ref.startsWith('-')) throw failed('git', `\`${ref}\` is no name of a tag, branch or commit`);
  try {
    return await run(...shallow, '--branch', ref, '--', url, directory);
  } catch (error) {
    if (!(error instanceof BuildError) || error.code !== 'RELEASE_FETCH') throw error;
  }
  rmSync(directory, { recursive: true, force: true });
  await run(...clone, '--no-checkout', '--', url, directory);
  await run('-C', directory, ...settings, 'checkout', '--quiet', '--detach', ref);
  await run('-C', directory, ...settings, 'submodule', '--quiet', 'update', '--init', '--recursive');
}

async function fetchMercurial({ url, ref }: FetchedSource, directory: string, run: Run): Promise<void> {
  const clone = `${directory}.clone`;
  await run('clone', '--quiet', '--noupdate', '--', url, clone);
  await run('--cwd', clone, 'archive', '--rev', ref ?? 'default', '--exclude', '.hg_archival.txt', directory);
  rmSync(clone, { recursive: true, force: true });
}

function createRunner({ kind }: FetchedSource, { environment, signal }: FetchContext): Run {
  return async (...words) => {
    const env = { ...environment, GIT_TERMINAL_PROMPT: '0', HGPLAIN: '1' };
    const result = await tryRunProgram(kind, words, { env, ...(signal === undefined ? {} : { signal }) });
    if (result === undefined) {
      throw new BuildError(
        'RELEASE_NO_CLIENT',
        `This source is fetched by \`${kind}\`, and there is no \`${kind}\``,
        {
          hint: `install ${kind}, or give a directory`,
        },
      );
    }
    if (result.code !== 0) throw failed(kind, lastWords(result));
  };
}

function lastWords({ output }: ProgramResult): string {
  return hideLogins(output.trim().split('\n').slice(-3).join('; '));
}

function failed(kind: string, words: string): BuildError {
  return new BuildError('RELEASE_FETCH', `${kind} did not fetch the source: ${words}`);
}
