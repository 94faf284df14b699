// Directories and homes for runs. No path is used twice and nothing is deleted before the end: ext4 gets several times
// slower where trees were deleted.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Workspace {
  /** What is kept between benchmarks. */
  readonly peers: string;
  /** Outputs and measurements of the runs. */
  readonly logs: string;
  /** A directory that did not exist before. */
  fresh(name: string): string;
  /** A home without any cache, and the environment that goes with it. */
  home(name: string): Home;
  remove(): void;
}

export interface Home {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface WorkspaceOptions {
  work: string | undefined;
  python: string;
  keep: boolean;
}

export function openWorkspace(options: WorkspaceOptions): Workspace {
  const work =
    options.work === undefined ? mkdtempSync(join(tmpdir(), 'clutch-bench-')) : resolve(options.work);
  mkdirSync(work, { recursive: true });
  const runs = mkdtempSync(join(work, 'runs-'));
  let count = 0;
  const fresh = (name: string): string => {
    count += 1;
    const directory = join(runs, `${String(count).padStart(3, '0')}-${name}`);
    mkdirSync(directory);
    return directory;
  };
  return {
    peers: join(work, 'peers'),
    logs: fresh('logs'),
    fresh,
    home: (name) => {
      const directory = fresh(`home-${name}`);
      for (const child of ['tmp', '.cache']) mkdirSync(join(directory, child));
      return { directory, environment: environmentIn(directory, options.python) };
    },
    remove: () => {
      if (!options.keep) rmSync(options.work === undefined ? work : runs, { recursive: true, force: true });
    },
  };
}

/** Of ours, what decides how the network and the index are reached stays; what points at caches and tools goes. */
function environmentIn(home: string, python: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      /^(PATH|LANG|LC_\w+|TZ|\w*_proxy|\w*_PROXY|\w*CERT\w*|\w*_CA_BUNDLE|PIP_\w+|UV_\w*INDEX\w*|BUILDOUT_INDEX_URL)$/.test(
        entry[0],
      ),
  );
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    TMPDIR: join(home, 'tmp'),
    XDG_CACHE_HOME: join(home, '.cache'),
    UV_CACHE_DIR: join(home, '.cache/uv'),
    UV_NO_PROGRESS: '1',
    UV_PYTHON_DOWNLOADS: 'never',
    BUILDOUT_PYTHON: python,
  };
}
