// Checkouts of git, Mercurial and Subversion by their own programs, with all that a build may ask of them: a version
// that a back end takes from tags needs the history.

import { rmSync } from 'node:fs';
import { BuildError, type Environment } from '#base';
import { tryRunProgram } from '#python';

/** What `git+https://host/x.git@main#subdirectory=lib&egg=x-dev` says. */
export interface CheckoutLink {
  vcs: 'git' | 'hg' | 'svn';
  /** As the program wants it, without `git+`, reference and fragment. */
  url: string;
  /** A branch, tag, commit or revision. */
  reference?: string;
  subdirectory?: string;
}

export interface CheckoutContext {
  environment: Environment;
  signal?: AbortSignal | undefined;
}

/** `undefined`: no link to a checkout. A plain http link was always one of Subversion. */
export function parseCheckoutLink(text: string): CheckoutLink | undefined {
  const [address = '', fragment = ''] = text.split(/#(.*)/s, 2);
  const [, prefix = '', scheme = '', rest = ''] =
    /^(?:(git|hg|svn)\+)?([a-z][a-z0-9.-]*):\/\/(.+)$/is.exec(address) ?? [];
  const known = /^(?:https?|ssh|file|static-http|svn)$/i.test(scheme);
  if (!known || rest.startsWith('-')) return undefined;
  const vcs = (prefix === '' ? 'svn' : prefix.toLowerCase()) as CheckoutLink['vcs'];
  // The last @ of the path, never the one after a login.
  const slash = rest.indexOf('/');
  const at = slash === -1 ? -1 : rest.indexOf('@', slash);
  const reference = at === -1 ? '' : rest.slice(at + 1);
  const subdirectory = /(?:^|&)subdirectory=([^&]+)/.exec(fragment)?.[1];
  if (reference.startsWith('-') || subdirectory?.split('/').includes('..') === true) return undefined;
  return {
    vcs,
    url: `${scheme}://${at === -1 ? rest : rest.slice(0, at)}`,
    ...(reference !== '' && { reference }),
    ...(subdirectory !== undefined && { subdirectory: decodeURIComponent(subdirectory) }),
  };
}

/** The commit or revision that the link means now; `undefined` when only a checkout can tell. */
export async function readRemoteRevision(
  link: CheckoutLink,
  context: CheckoutContext,
): Promise<string | undefined> {
  const { vcs, url, reference } = link;
  if (vcs === 'git') {
    if (reference !== undefined && /^[0-9a-f]{40}$/.test(reference)) return reference;
    const wanted = reference ?? 'HEAD';
    return readGitReference(await run('git ls-remote', ['--', url, wanted, `${wanted}^{}`], context), wanted);
  }
  if (vcs === 'hg') {
    const said = await run('hg identify', ['--id', '--rev', reference ?? 'default', '--', url], context);
    return said.trim() === '' ? undefined : said.trim();
  }
  const pinned = reference === undefined ? url : `${url}@${reference}`;
  const words = ['--non-interactive', '--show-item', 'last-changed-revision', '--', pinned];
  return (await run('svn info', words, context)).trim();
}

/** A branch before a tag, and what an annotated tag points to before the tag itself. */
function readGitReference(output: string, wanted: string): string | undefined {
  const found = new Map(
    output.split('\n').map((line): [string, string] => {
      const [commit = '', name = ''] = line.split('\t');
      return [name, commit];
    }),
  );
  const names = [wanted, `refs/heads/${wanted}`, `refs/tags/${wanted}^{}`, `refs/tags/${wanted}`];
  return names.map((name) => found.get(name)).find((commit) => commit !== undefined);
}

/**
 * Makes `directory` (which must not be there) a checkout of what the link means, and says which commit or revision it
 * is. Fails with `BUILD_CHECKOUT` in the program's own words.
 */
export async function checkOut(
  link: CheckoutLink,
  directory: string,
  context: CheckoutContext,
): Promise<string> {
  const { vcs, url, reference } = link;
  try {
    if (vcs === 'svn') {
      const pinned = reference === undefined ? url : `${url}@${reference}`;
      await run('svn checkout', ['--quiet', '--non-interactive', '--', pinned, directory], context);
      const words = ['--show-item', 'last-changed-revision', directory];
      return (await run('svn info', words, context)).trim();
    }
    if (vcs === 'hg') {
      const words = ['--quiet', '--updaterev', reference ?? 'default', '--', url, directory];
      await run('hg clone', words, context);
      return (await run('hg identify', ['--id', directory], context)).trim();
    }
    return await checkOutGit(link, directory, context);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

async function checkOutGit(
  { url, reference }: CheckoutLink,
  directory: string,
  context: CheckoutContext,
): Promise<string> {
  const git = (command: string, ...words: string[]): Promise<string> =>
    run(`git ${command}`, words, { ...context, directory });
  const clone = ['--quiet', ...(reference === undefined ? [] : ['--no-checkout']), '--', url, directory];
  await run('git clone', clone, context);
  if (reference !== undefined) {
    // A branch is one of the other side's; a tag or a commit is itself.
    const branch = `refs/remotes/origin/${reference}`;
    const isBranch = (await git('for-each-ref', '--format=x', branch)).trim() !== '';
    await git('checkout', '--quiet', '--detach', isBranch ? branch : reference, '--');
  }
  await git('submodule', '--quiet', 'update', '--init', '--recursive');
  return (await git('rev-parse', 'HEAD')).trim();
}

/** `command` is the program and what it is told to do; `directory` is where it runs. */
async function run(
  command: string,
  words: readonly string[],
  { environment, signal, directory }: CheckoutContext & { directory?: string },
): Promise<string> {
  const [program = '', ...verbs] = command.split(' ');
  // Nobody is there to be asked, and no transport is used that runs programs.
  const env = {
    ...environment,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'core.autocrlf',
    GIT_CONFIG_VALUE_0: 'false',
    GIT_ALLOW_PROTOCOL: 'http:https:ssh:file:git',
    HGPLAIN: '1',
  };
  const result = await tryRunProgram(program, [...verbs, ...words], {
    env,
    ...(directory !== undefined && { cwd: directory }),
    ...(signal !== undefined && { signal }),
  });
  if (result === undefined) {
    throw new BuildError(
      'BUILD_CHECKOUT',
      `A checkout of ${program} is wanted, and there is no \`${program}\``,
      {
        hint: `install ${program}`,
      },
    );
  }
  if (result.code === 0) return result.stdout;
  const said = result.output
    .trim()
    .split('\n')
    .slice(-3)
    .join('; ')
    .replaceAll(/:\/\/[^/@\s]*@/g, '://****@');
  throw new BuildError('BUILD_CHECKOUT', `\`${command}\` failed: ${said}`, {
    hint: 'try the same by hand: is the URL right, and may you read it?',
  });
}
