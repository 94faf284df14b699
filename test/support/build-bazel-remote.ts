// bazel-remote as docs/fleet.md builds it, kept outside the repository for the next time. `npm run bazel-remote` builds it
// anew; the Go module proxy is asked, and nothing else.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { documentBlock } from './document-block.ts';

const kept = join(homedir(), '.cache', 'clutch-tests', 'bazel-remote-2.6.1');

/** The code block of docs/fleet.md that stands behind this comment (`run: push`). */
export function fleetBlock(name: string): string {
  return documentBlock('docs/fleet.md', name);
}

/** The program, built when it is not there; that takes a minute or two. */
export function bazelRemote(): string {
  if (!existsSync(kept)) build();
  return kept;
}

function build(): void {
  mkdirSync(dirname(kept), { recursive: true });
  const directory = mkdtempSync(join(tmpdir(), 'bazel-remote-'));
  try {
    execFileSync('sh', ['-euc', fleetBlock('run: bazel-remote build')], { cwd: directory, stdio: 'inherit' });
    execFileSync('cp', [join(directory, 'bazel-remote'), `${kept}.${process.pid}`]);
    renameSync(`${kept}.${process.pid}`, kept);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  rmSync(kept, { force: true });
  build();
  console.log(kept);
}
