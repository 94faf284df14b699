// A Zope instance that a test made: started in the foreground, asked once, and stopped.

import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Workspace } from './run-clutch.ts';

/** The HTTP status of `/`, as soon as there is one; 0 after two minutes without. */
export async function statusOfInstance(workspace: Workspace, port: number): Promise<number> {
  const instance = spawn(join(workspace.directory, 'bin/instance'), ['fg'], {
    cwd: workspace.directory,
    env: { PATH: process.env['PATH'], HOME: workspace.home },
    detached: true,
  });
  try {
    for (let attempt = 0; attempt < 240; attempt += 1) {
      const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      if (response !== undefined) return response.status;
      await sleep(500);
    }
    return 0;
  } finally {
    stop(instance);
  }
}

function stop(instance: ChildProcess): void {
  if (instance.pid !== undefined) process.kill(-instance.pid, 'SIGKILL');
}
