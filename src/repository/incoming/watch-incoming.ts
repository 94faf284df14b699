// `DIR/incoming/` (to staging) and `DIR/incoming/release/`: a CI that can only copy files drops them there. They go
// through the same checks as uploads; what is refused moves to `incoming/refused/` with the reason in a text beside it.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { BuildError, hasCode } from '#base';
import type { Core } from '../core.ts';
import { addFile } from '../operations/add-file.ts';
import { isDiskFull, refusal, tooLarge } from '../refusals.ts';
import type { Channel } from '../repository-contract.ts';
import { receiveFile, type Receiver } from '../storage/receive-file.ts';
import type { Log } from '../observe/log.ts';

export interface Incoming {
  /** Waits for the file that is being taken in, and takes no more. */
  close(): Promise<void>;
}

export interface IncomingOptions {
  core: Core;
  log: Log;
  /** What lies in `incoming/` is released at once. */
  noStaging: boolean;
}

const pollMilliseconds = 500;
/** What failed for a reason of ours is tried again after so long. */
const retryMilliseconds = 30_000;
/** A file that stood still for so long is whole; one that was renamed in has an older time, and is taken at once. */
const quietMilliseconds = 1000;

/** Makes the directories, and looks into them twice a second from now on. */
export function watchIncoming(options: IncomingOptions): Incoming {
  const { core, log, noStaging } = options;
  const places = createPlaces(join(core.directory, 'incoming'), noStaging);
  const retries = new Map<string, number>();
  let isClosed = false;
  let running = Promise.resolve();

  async function look(): Promise<void> {
    for (const place of places) {
      for (const name of quietFiles(place.directory, Date.now())) {
        const path = join(place.directory, name);
        if (isClosed || (retries.get(path) ?? 0) > Date.now()) continue;
        retries.set(path, Date.now() + retryMilliseconds);
        if (await takeIn(options, place, name)) retries.delete(path);
      }
    }
  }

  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    running = look()
      .catch((error: unknown) => reportFailure(core, log, { name: 'incoming', error }))
      .finally(() => {
        isLooking = false;
      });
  }, pollMilliseconds);
  return {
    close: async () => {
      isClosed = true;
      clearInterval(timer);
      await running;
    },
  };
}

interface Place {
  directory: string;
  channel: Channel;
  refused: string;
}

function createPlaces(directory: string, noStaging: boolean): Place[] {
  const refused = join(directory, 'refused');
  const release = join(directory, 'release');
  for (const path of [refused, release]) mkdirSync(path, { recursive: true });
  return [
    { directory, channel: noStaging ? 'release' : 'staging', refused },
    { directory: release, channel: 'release', refused },
  ];
}

/** Names that copying programs use while they copy. */
const unfinished = /^\.|~$|\.(?:part|partial|tmp|temp|filepart|crdownload|swp)$/i;

function quietFiles(directory: string, now: number): string[] {
  return listNames(directory)
    .filter((name) => !unfinished.test(name))
    .filter((name) => {
      const status = tryStatus(join(directory, name));
      return status !== undefined && !status.isDirectory() && isQuiet(status, now);
    })
    .sort();
}

/** A clock that goes ahead may have set the time; then the time of the last change of any kind counts. */
function isQuiet({ mtimeMs, ctimeMs }: Stats, now: number): boolean {
  return now - (mtimeMs > now ? ctimeMs : mtimeMs) >= quietMilliseconds;
}

function listNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    // Somebody took the directory away; there is nothing to take in then.
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}

function tryStatus(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** False when it failed for a reason of ours, and the file is still there. */
async function takeIn({ core, log }: IncomingOptions, place: Place, name: string): Promise<boolean> {
  const path = join(place.directory, name);
  let receiver: Receiver | undefined;
  try {
    receiver = copyIn(core, path);
    const { outcome } = await addFile(core, {
      received: receiver.finish(),
      filename: name,
      claims: {},
      digests: {},
      channel: place.channel,
      replace: false,
      actor: { name: 'incoming' },
    });
    rmSync(path, { force: true });
    log({
      time: core.now(),
      level: 'info',
      event: 'taken-in',
      filename: name,
      channel: place.channel,
      outcome,
    });
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT') && tryStatus(path) === undefined) return true;
    if (error instanceof BuildError) {
      setAside(core, log, { path, name, refused: place.refused, error });
      return true;
    }
    reportFailure(core, log, { name, error });
    return false;
  } finally {
    receiver?.discard();
  }
}

/** A copy, since whoever dropped the file may still have it open. Links are not followed, and not taken. */
function copyIn(core: Core, path: string): Receiver {
  const status = lstatSync(path);
  if (status.isSymbolicLink() || status.nlink > 1)
    throw refusal('file name', 'it is a link, and links are not followed');
  if (!status.isFile()) throw refusal('file name', 'it is no file');
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  let receiver: Receiver | undefined;
  try {
    if (!fstatSync(file).isFile()) throw refusal('file name', 'it is no file');
    receiver = receiveFile(core.store.temporaryPath(), core.maximumFileBytes, () =>
      tooLarge(`a file may have ${core.maximumFileBytes} bytes`),
    );
    const buffer = Buffer.allocUnsafe(1 << 18);
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) {
      receiver.write(buffer.subarray(0, count));
    }
    return receiver;
  } catch (error) {
    receiver?.discard();
    throw error;
  } finally {
    closeSync(file);
  }
}

function setAside(
  core: Core,
  log: Log,
  { path, name, refused, error }: { path: string; name: string; refused: string; error: BuildError },
): void {
  const hint = error.hint === undefined ? '' : `\nhint: ${error.hint}`;
  writeFileSync(join(refused, `${name}.reason.txt`), `${error.message}${hint}\n`);
  renameSync(path, join(refused, name));
  const { code, message } = error;
  log({
    time: core.now(),
    level: 'warning',
    event: 'refused',
    filename: name,
    actor: 'incoming',
    code,
    message,
  });
}

/** The file stays where it is, and is tried again: perhaps there is room then. */
function reportFailure(core: Core, log: Log, { name, error }: { name: string; error: unknown }): void {
  const message = isDiskFull(error)
    ? 'the disk is full'
    : error instanceof Error
      ? error.message
      : String(error);
  log({ time: core.now(), level: 'error', event: 'incoming-failed', filename: name, message });
}
