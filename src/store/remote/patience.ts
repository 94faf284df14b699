// How long a run waits for a cache that does not answer, in all: two seconds at most, however many requests, and three
// failures end its use. Every request has a watch: as long as bytes come or go it may go on; when it stands still for
// a part of what is left, it is ended. Waiting at the same time counts once.

import { BuildError } from '#base';

export interface PatienceOptions {
  /** What all waiting for nothing may take together. */
  budgetMilliseconds: number;
  failures: number;
  /** Called once, with the last failure. */
  onSwitchedOff: (reason: string) => void;
}

export interface Watch {
  /** Aborted when the request stands still. */
  readonly signal: AbortSignal;
  /** Something happened: an answer began (no bytes), or so many came or went. */
  progress(bytes?: number): void;
}

export interface Patience {
  /** No request is made any more. */
  readonly isOff: boolean;
  /** Waited for nothing so far. */
  readonly lostMilliseconds: number;
  /** Runs a request; what it throws counts as a failure and comes out. */
  attempt<T>(request: (watch: Watch) => Promise<T>): Promise<T>;
  /** No further request, as if there had been too many failures. */
  switchOff(reason: string): void;
}

/** Slower than 64 KiB in a second stands still. */
const leastBytesPerMillisecond = 64;
const ticks = 4;

export function createPatience(options: PatienceOptions): Patience {
  let failures = 0;
  let lost = 0;
  let lostUntil = 0;
  let isOff = false;

  const switchOff = (reason: string): void => {
    if (isOff) return;
    isOff = true;
    options.onSwitchedOff(reason);
  };
  const noteFailure = (usefulUntil: number, error: unknown): void => {
    const now = performance.now();
    lost += Math.max(0, now - Math.max(usefulUntil, lostUntil));
    lostUntil = now;
    failures += 1;
    const isSpent = lost > options.budgetMilliseconds * 0.8;
    if (failures >= options.failures || isSpent)
      switchOff(error instanceof Error ? error.message : String(error));
  };

  return {
    get isOff() {
      return isOff;
    },
    get lostMilliseconds() {
      return lost;
    },
    switchOff,
    attempt: async (request) => {
      // A tick beyond its share may pass, so the share is less than half of what is left.
      const share = Math.max(50, (options.budgetMilliseconds - lost) * 0.4);
      const watch = startWatch(share);
      try {
        return await request(watch);
      } catch (error) {
        noteFailure(watch.usefulUntil(), error);
        throw error;
      } finally {
        watch.stop();
      }
    },
  };
}

interface RunningWatch extends Watch {
  usefulUntil(): number;
  stop(): void;
}

function startWatch(share: number): RunningWatch {
  const controller = new AbortController();
  const tick = share / ticks;
  let usefulUntil = performance.now();
  let bytesInTick = 0;
  let lastTick = usefulUntil;

  const judge = (): void => {
    const now = performance.now();
    // This process was busy with something else; that is not the server's fault.
    usefulUntil += Math.max(0, now - lastTick - 2 * tick);
    lastTick = now;
    if (bytesInTick >= leastBytesPerMillisecond * tick) usefulUntil = now;
    bytesInTick = 0;
    if (now - usefulUntil >= share) controller.abort(standsStill());
  };
  // What has arrived while timers waited for their turn is read before it is judged.
  const timer = setInterval(() => setImmediate(judge), tick);
  timer.unref();

  return {
    signal: controller.signal,
    progress: (bytes) => {
      if (bytes === undefined) usefulUntil = performance.now();
      else bytesInTick += bytes;
    },
    usefulUntil: () => usefulUntil,
    stop: () => clearInterval(timer),
  };
}

function standsStill(): BuildError {
  return new BuildError('REMOTE_TIMEOUT', 'it does not answer in time');
}
