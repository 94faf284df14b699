// What the commands that talk to a repository share: which one it is, and the requests to it.

import { findRepository, openClient, type RepositoryClient } from '#repository';
import type { Invocation } from '../command.ts';
import { usageError } from '../command-words.ts';

export const repositoryHelp = `\
  --repository URL   the repository (CLUTCH_REPOSITORY, else UV_PUBLISH_URL, else TWINE_REPOSITORY_URL)

The token is CLUTCH_REPOSITORY_TOKEN (or uv's or twine's variables, or the URL's or ~/.netrc's password for this host).
`;

export const repositoryOption = { repository: { type: 'string' } } as const;

/** Runs `action` with a client for `--repository` or what the environment names. */
export async function withClient<T>(
  { context }: Invocation,
  option: unknown,
  action: (client: RepositoryClient) => Promise<T>,
): Promise<T> {
  const { environment, report, signal } = context;
  const address = findRepository(typeof option === 'string' ? option : undefined, environment);
  const client = openClient({ address, environment, report, signal });
  try {
    return await action(client);
  } finally {
    await client.close();
  }
}

/** `NAME VERSION` or `NAME==VERSION`. */
export function wantedRelease(
  names: readonly string[],
  command: string,
): { project: string; version: string } {
  const [first = '', second] = names;
  const [, project = '', version] = /^([^=\s]+?)(?:==(.+))?$/.exec(first) ?? [];
  const wanted = second ?? version;
  if (project === '' || wanted === undefined || (second !== undefined && version !== undefined)) {
    throw usageError(`${command} needs NAME VERSION`);
  }
  return { project, version: wanted };
}

/** The path of a version in the API. */
export function releasePath({ project, version }: { project: string; version: string }): string {
  return `projects/${encodeURIComponent(project)}/versions/${encodeURIComponent(version)}`;
}

/** What the API says about a change. */
export interface ReleaseAnswer {
  project: string;
  version: string;
  files: readonly string[];
}
