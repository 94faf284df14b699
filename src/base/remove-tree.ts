// Deleting a whole directory, also one whose parts are read-only.

import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from './build-error.ts';

/** Deletes a tree without following links; directories that forbid it are opened first. */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'ENOTEMPTY')) throw error;
    openDirectories(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function openDirectories(path: string): void {
  chmodSync(path, 0o700);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) openDirectories(join(path, entry.name));
  }
}
