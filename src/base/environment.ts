// The seams to the machine that tests replace: environment variables, the home directory, the clock.

import { homedir } from 'node:os';
import { join } from 'node:path';

/** Environment variables as `process.env` has them; tests pass their own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The user's home as Python's `os.path.expanduser('~')` finds it: `HOME` first. */
export function homeDirectory(environment: Environment = process.env): string {
  return environment['HOME'] ?? homedir();
}

/** `~` and `~/x` replaced by the user's home; anything else is returned as it is (no `~user`). */
export function expandUser(path: string, environment: Environment = process.env): string {
  if (path === '~') return homeDirectory(environment);
  return path.startsWith('~/') ? join(homeDirectory(environment), path.slice(2)) : path;
}

/** Where caches lie by default: `${XDG_CACHE_HOME:-~/.cache}/clutch`. */
export function defaultCacheDirectory(environment: Environment = process.env): string {
  const base = environment['XDG_CACHE_HOME'];
  return join(
    base !== undefined && base !== '' ? base : join(homeDirectory(environment), '.cache'),
    'clutch',
  );
}
