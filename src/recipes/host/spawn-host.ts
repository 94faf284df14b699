// The recipe host's process: started with the user's stdin, stdout and stderr and a socket as descriptor 3, watched
// to its end, and ended step by step when it does not end by itself.

import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuildError, type Environment } from '#base';
import { pythonSourceFile } from '#python';

export interface HostProcess {
  readonly stream: Socket;
  /** Resolves when the process is gone and what it said has been read. */
  readonly ended: Promise<HostEnd>;
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
  /** Whether it keeps this program alive. */
  hold(held: boolean): void;
}

export interface HostEnd {
  code: number | null;
  signal: string | null;
  /** Why the process could not be started. */
  startError?: Error;
}

export interface SpawnHostOptions {
  executable: string;
  directory: string;
  environment: Environment;
}

const descriptor = 3;
// A process that a recipe forked keeps the socket open: its end cannot be waited for without a limit.
const lastWordsMilliseconds = 200;

export function spawnHost(options: SpawnHostOptions): HostProcess {
  const { flags, hidden, env } = interpreterSettings(options.environment);
  const words = [...flags, pythonSourceFile('recipe_host.py'), String(descriptor), ...hidden];
  const child = spawn(options.executable, words, {
    cwd: options.directory,
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  const stream = child.stdio[descriptor] as Socket;
  return {
    stream,
    ended: waitForEnd(child, stream),
    kill: (signal) => void child.kill(signal),
    hold(held) {
      if (held) child.ref();
      else child.unref();
      if (held) stream.ref();
      else stream.unref();
    },
  };
}

/**
 * The interpreter takes nothing from the environment but PYTHONHASHSEED, since recipes write sets into files; `-I` would
 * ignore that too, so the other variables are hidden until it has started. Recipes find all of them.
 */
function interpreterSettings(environment: Environment): {
  flags: string[];
  hidden: string[];
  env: NodeJS.ProcessEnv;
} {
  if (environment['PYTHONHASHSEED'] === undefined) {
    return { flags: ['-I', '-S'], hidden: [], env: { ...environment } };
  }
  const hides = (name: string): boolean => /^PYTHON(?!HASHSEED$)/.test(name);
  const pick = (hidden: boolean): Environment =>
    Object.fromEntries(Object.entries(environment).filter(([name]) => hides(name) === hidden));
  return { flags: ['-s', '-S'], hidden: [JSON.stringify(pick(true))], env: { ...pick(false) } };
}

async function waitForEnd(child: ChildProcess, stream: Socket): Promise<HostEnd> {
  const drained = new Promise((resolve) => stream.once('close', resolve));
  // 'exit', not 'close': a daemon that a recipe started may hold the pipes for ever.
  const end = await new Promise<HostEnd>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', (startError) => resolve({ code: null, signal: null, startError }));
  });
  await Promise.race([drained, sleep(lastWordsMilliseconds, undefined, { ref: false })]);
  stream.destroy();
  return end;
}

/** The error for a host that ended while somebody waited for it; `what` it was doing. */
export function hostDied(end: HostEnd, what: string): BuildError {
  if (end.startError !== undefined) {
    return new BuildError('PYTHON_NOT_STARTED', `Cannot start Python: ${end.startError.message}`, {
      hint: 'set BUILDOUT_PYTHON to a Python interpreter',
      cause: end.startError,
    });
  }
  const how = end.signal === null ? `ended with exit status ${end.code ?? 0}` : `was killed by ${end.signal}`;
  return new BuildError('RECIPE_HOST_DIED', `The Python process that runs recipes ${how} while ${what}`, {
    hint: 'parts that were finished before are recorded; the next run goes on from there',
  });
}
