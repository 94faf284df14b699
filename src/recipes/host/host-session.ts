// The running host: its process and the connection to it as one thing, from start to end. Whoever waits for an answer
// when the process ends gets an error that says what it was doing.

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BuildError, countAsWork } from '#base';
import { pythonSourceFile } from '#python';
import type { BuildoutHandle } from '../recipe.ts';
import { connectHost, type Connection, type Params } from './connect-host.ts';
import { createEggVerbs } from './egg-verbs.ts';
import { endHost, interruptHost } from './end-host.ts';
import { isSameStart, rememberStart, takeExpectedHost, type HostStart } from './expected-host.ts';
import { createFailureExchange, type FailureExchange } from './exchange-failures.ts';
import { installHostDistributions } from './host-distributions.ts';
import type { KnownDistributions } from './known-distributions.ts';
import { createSectionVerbs } from './section-verbs.ts';
import { hostDied, spawnHost, type HostEnd, type HostProcess } from './spawn-host.ts';

export interface HostSession {
  /** Resolves when zc.buildout is imported; until then only the distributions are there. */
  readonly ready: Promise<unknown>;
  /** Calls the host; `doing` completes the sentence "it died while …". */
  call(verb: string, params: Params, doing: string): Promise<unknown>;
  /** Opens Python's debugger where `error` was raised; false when that was not in Python. */
  debug(error: unknown): Promise<boolean>;
  stop(): Promise<void>;
  /** Interrupts what runs, more forcibly as time passes. */
  cancel(): void;
}

/** Starts the process and, beside it, gets what it needs. It goes on importing while the caller resolves recipes. */
export async function openHostSession(
  buildout: BuildoutHandle,
  known: KnownDistributions,
): Promise<HostSession> {
  const early = takeExpectedHost();
  let host = early?.process ?? spawn(buildout);
  try {
    const start = await prepareStart(buildout, known);
    if (early !== undefined && !isSameStart(early.start, start)) {
      host.kill('SIGKILL');
      host = spawn(buildout);
    }
    const isForNextRun = buildout.eggs.settings().collects === undefined;
    if (isForNextRun && host !== early?.process) rememberStart(start, buildout.environment);
    return startSession(host, start, { buildout, known });
  } catch (error) {
    host.kill('SIGKILL');
    throw error;
  }
}

function spawn({ python, directory, environment }: BuildoutHandle): HostProcess {
  return spawnHost({ executable: python.executable, directory, environment });
}

/** Gets the eggs that the host imports zc.buildout from. */
async function prepareStart(buildout: BuildoutHandle, known: KnownDistributions): Promise<HostStart> {
  const { python, directory } = buildout;
  const present = new Set(buildout.recipeWorkingSet);
  const workingSet = await installHostDistributions(buildout);
  await buildout.eggs.settle();
  buildout.recipeWorkingSet = [...workingSet];
  const own = workingSet.filter((dist) => !present.has(dist));
  known.describe(own);
  const paths = [...new Set(own.map(({ location }) => location))];
  return { executable: python.executable, directory, prefix: python.prefix, paths };
}

function startSession(
  host: HostProcess,
  { paths, directory, prefix }: HostStart,
  { buildout, known }: { buildout: BuildoutHandle; known: KnownDistributions },
): HostSession {
  const verbs = { ...createSectionVerbs(buildout.sections), ...createEggVerbs(buildout, known) };
  const failures = createFailureExchange();
  const session = followProcess(host, connectHost(host.stream, verbs, failures), failures);
  const argv = [findLauncher(buildout), ...buildout.argv.slice(1)];
  const { collects } = buildout.eggs.settings();
  const downloads =
    collects === undefined ? {} : { downloads: { caches: collects.caches, kept: collects.kept } };
  const ready = session.call(
    'host.start',
    { paths, argv, directory, prefix, ...downloads },
    'it imported zc.buildout',
  );
  // Who calls first is told.
  ready.catch(() => host.kill('SIGKILL'));
  return { ...session, ready };
}

/** Extensions start the program again by `sys.argv[0]`, so it must be a file that can be run. */
function findLauncher({ sections, directory }: BuildoutHandle): string {
  const binDirectory = sections.raw('buildout')?.get('bin-directory') ?? 'bin';
  const own = resolve(directory, binDirectory, 'buildout');
  return existsSync(own) ? own : join(dirname(pythonSourceFile('')), 'bin', 'buildout');
}

function followProcess(
  host: HostProcess,
  connection: Connection,
  failures: FailureExchange,
): Omit<HostSession, 'ready'> {
  let end: HostEnd | undefined;
  let cancelled = false;
  let stopping = false;
  // The innermost is what the process is in.
  const doings: string[] = [];
  host.hold(false);
  void host.ended.then((ended) => {
    end = ended;
    connection.fail(explainEnd(ended, doings.at(-1) ?? 'it had nothing to do'));
  });

  /** A process that a signal ended after Ctrl-C did what was asked of it. */
  function explainEnd(ended: HostEnd, doing: string): BuildError {
    const died = hostDied(ended, doing);
    return cancelled && ended.signal !== null
      ? new BuildError('INTERRUPTED', died.message, { cause: died })
      : died;
  }

  async function call(verb: string, params: Params, doing: string): Promise<unknown> {
    if (end !== undefined) throw explainEnd(end, doing);
    doings.push(doing);
    host.hold(true);
    try {
      return await countAsWork(connection.call(verb, params));
    } finally {
      doings.splice(doings.lastIndexOf(doing), 1);
      // Somebody waits for the process to end: a program with nothing to wait for would just stop there.
      if (connection.waiting() === 0 && !stopping) host.hold(false);
    }
  }

  return {
    call,
    async debug(error) {
      const token = failures.pythonToken(error);
      if (token === undefined || end !== undefined) return false;
      return (await call('host.debug', { token }, 'you debugged it')) === true;
    },
    async stop() {
      if (end !== undefined) return;
      stopping = true;
      host.hold(true);
      connection.call('host.stop', {}).catch(() => undefined);
      await endHost(host);
    },
    cancel() {
      cancelled = true;
      connection.notify('host.cancel');
      // A second Ctrl-C ends this program at once, and nobody else would end the recipe.
      process.once('exit', () => connection.waiting() > 0 && host.kill('SIGKILL'));
      void interruptHost(host, () => connection.waiting() === 0);
    },
  };
}
