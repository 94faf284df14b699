// The directory of one build. Its path always has the same length, since some compilers' output depends on that, and
// it is gone afterwards.

import { mkdirSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';

const usualLength = 96;
const step = 64;

/** Runs `action` with a new directory below `workDirectory`, and removes it. */
export async function withBuildDirectory<T>(
  workDirectory: string,
  action: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = join(resolve(workDirectory), paddedName(resolve(workDirectory).length + 1));
  mkdirSync(directory, { recursive: true });
  try {
    return await action(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

function paddedName(before: number): string {
  const unique = `build-${randomBytes(6).toString('hex')}`;
  let length = usualLength;
  while (before + unique.length > length) length += step;
  return unique.padEnd(length - before, '_');
}
