// One file on its way from upstream to the disk. Readers may follow while it grows, but none gets the last piece before
// the whole file has been checked: a file with another hash than upstream promised never arrives complete.

import { createHash, type Hash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, read, rmSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { BuildError } from '#base';
import type { Http } from '#net';
import { isDiskFull } from '../refusals.ts';
import type { UpstreamFile } from './upstream-page.ts';

export interface Flight {
  /** Kept when the file lies at `path`, whole and right; else it fails, and nothing is left at `path`. */
  readonly done: Promise<{ path: string; size: number }>;
  /** What the whole file will have; `undefined` until upstream has said it. */
  readonly size: number | undefined;
  /** Kept as soon as `size` is known, or with `done`. */
  readonly started: Promise<void>;
  /** The bytes as they come; the last piece after the check. Fails when the file does. */
  follow(): AsyncGenerator<Buffer>;
}

export interface FetchOptions {
  http: Http;
  file: UpstreamFile;
  /** Where it is written; nobody else knows this name. */
  path: string;
  maximumBytes: number;
  /** Called when the disk is full; true: there is room now, and the file is fetched again. */
  makeRoom: () => boolean;
}

const attempts = 3;
/** A reader is never closer to the end than this before the check. */
const heldBytes = 64 * 1024;

export function fetchUpstreamFile(options: FetchOptions): Flight {
  const state = createState(options);
  const done = receive(options, state).then(
    () => {
      state.isVerified = true;
      state.wake();
      return { path: options.path, size: state.bytes };
    },
    (error: unknown) => {
      state.failure = error;
      state.wake();
      rmSync(options.path, { force: true });
      throw error;
    },
  );
  done.catch(() => undefined);
  return {
    done,
    get size() {
      return state.size;
    },
    started: Promise.race([state.started.promise, done.then(() => undefined)]),
    follow: () => follow(options.path, state),
  };
}

interface State {
  bytes: number;
  size: number | undefined;
  isVerified: boolean;
  failure: unknown;
  started: PromiseWithResolvers<void>;
  /** Wakes everybody who waits for more. */
  wake: () => void;
  more: () => Promise<void>;
}

function createState({ file }: FetchOptions): State {
  let next = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  if (file.size !== undefined) started.resolve();
  return {
    bytes: 0,
    size: file.size,
    isVerified: false,
    failure: undefined,
    started,
    wake: () => {
      const current = next;
      next = Promise.withResolvers<void>();
      current.resolve();
    },
    more: () => next.promise,
  };
}

async function receive(options: FetchOptions, state: State): Promise<void> {
  const handle = openSync(options.path, 'wx', 0o644);
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const hashes = await receiveOnce(options, state, handle);
        assertContent(options.file, state.bytes, hashes);
        return;
      } catch (error) {
        const isPassing = isDiskFull(error)
          ? options.makeRoom()
          : error instanceof BuildError && /^NET_(?:UNREACHABLE|TIMEOUT|TRUNCATED)$/.test(error.code);
        if (!isPassing || attempt >= attempts) throw error;
      }
    }
  } finally {
    closeSync(handle);
  }
}

type Hashes = Readonly<Record<string, Hash>>;

/** Strongest first: one is enough, and nobody can choose the weakest. */
const algorithms = ['sha512', 'sha384', 'sha256', 'sha224', 'sha1', 'md5'];

async function receiveOnce(
  { http, file, maximumBytes }: FetchOptions,
  state: State,
  handle: number,
): Promise<Hashes> {
  ftruncateSync(handle, 0);
  state.bytes = 0;
  const algorithm = algorithms.find((name) => file.hashes[name] !== undefined);
  const hashes: Hashes = algorithm === undefined ? {} : { [algorithm]: createHash(algorithm) };
  let diskFailure: unknown;
  const write = (piece: Uint8Array): void => {
    try {
      for (let at = 0; at < piece.length;) {
        at += writeSync(handle, piece, at, piece.length - at, state.bytes + at);
      }
    } catch (error) {
      diskFailure = error;
      throw error;
    }
  };
  const request = http.exchange({
    method: 'GET',
    url: file.url,
    headers: { 'accept-encoding': 'identity' },
    onStart: ({ status, headers }) => {
      if (status !== 200) throw unusable(file, `upstream answers with status ${status}`);
      const length = Number(headers.get('content-length') ?? Number.NaN);
      if (length > maximumBytes) throw unusable(file, `it has ${length} bytes, and may have ${maximumBytes}`);
      if (state.size === undefined && Number.isSafeInteger(length)) {
        state.size = length;
        state.started.resolve();
      }
    },
    onBody: (piece) => {
      if (state.bytes + piece.length > maximumBytes)
        throw unusable(file, `it has more than ${maximumBytes} bytes`);
      write(piece);
      state.bytes += piece.length;
      for (const hash of Object.values(hashes)) hash.update(piece);
      state.wake();
    },
  });
  const answer = await request.catch((error: unknown) => {
    // Not the connection's failure, although it ended for this.
    throw diskFailure ?? error;
  });
  if (answer.status !== 200) throw unusable(file, `upstream answers with status ${answer.status}`);
  return hashes;
}

function assertContent(file: UpstreamFile, bytes: number, hashes: Hashes): void {
  if (file.size !== undefined && file.size !== bytes) {
    throw unusable(file, `it has ${bytes} bytes, upstream's page says ${file.size}`);
  }
  for (const [algorithm, hash] of Object.entries(hashes)) {
    const actual = hash.digest('hex');
    if (actual !== file.hashes[algorithm]) {
      throw unusable(file, `its ${algorithm} is ${actual}, upstream's page says ${file.hashes[algorithm]}`);
    }
  }
}

function unusable(file: UpstreamFile, problem: string): BuildError {
  return new BuildError('REPOSITORY_UPSTREAM', `\`${file.filename}\` can't be had from upstream: ${problem}`);
}

/** Opened at once: the file keeps its bytes for whoever has it open, wherever it is moved to. */
function follow(path: string, state: State): AsyncGenerator<Buffer> {
  return readWhileItGrows(openSync(path, 'r'), state);
}

const pieceBytes = 1 << 18;
const readPiece = promisify(read);

async function* readWhileItGrows(handle: number, state: State): AsyncGenerator<Buffer> {
  let sent = 0;
  try {
    for (;;) {
      if (state.failure !== undefined) throw state.failure;
      const end = state.isVerified ? state.bytes : Math.min(state.bytes, (state.size ?? 0) - heldBytes);
      if (end <= sent) {
        if (state.isVerified) return;
        await state.more();
        continue;
      }
      const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, end - sent));
      const { bytesRead } = await readPiece(handle, buffer, 0, buffer.length, sent);
      // Truncated for another attempt: the same bytes will come again.
      if (bytesRead === 0) await state.more();
      sent += bytesRead;
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
    }
  } finally {
    closeSync(handle);
  }
}
