// A file from the network to the disk: hashed while it is written, and in its place only when it is whole and right.

import { createHash, type Hash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { BuildError, temporaryPathBeside } from '#base';
import type { Send } from './create-http.ts';
import { describeStatus } from './describe-failure.ts';
import type { Download, DownloadOptions } from './http-contract.ts';
import { redactUrl } from './redact-url.ts';
import type { Sink } from './send-request.ts';

export interface FileRequest extends DownloadOptions {
  url: string;
  path: string;
}

interface Progress {
  hashes: { sha256: Hash; wanted: Hash | undefined };
  bytes: number;
}

/** See `Http.download`. On failure nothing is left behind and an old file at `path` stays. */
export async function downloadFile(send: Send, request: FileRequest): Promise<Download> {
  const temporary = temporaryPathBeside(request.path);
  const file = openSync(temporary, 'wx');
  const progress: Progress = { hashes: startHashes(request), bytes: 0 };
  let isOpen = true;
  try {
    const answer = await send(
      request.url,
      { 'accept-encoding': 'identity' },
      createFileSink(file, request, progress),
    );
    if (answer.status !== 200) throw describeStatus(answer.status, request.url);
    const sha256 = progress.hashes.sha256.digest('hex');
    assertHash(request, progress.hashes.wanted?.digest('hex') ?? sha256);
    closeSync(file);
    isOpen = false;
    renameSync(temporary, request.path);
    const contentType = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
    return { sha256, bytes: progress.bytes, contentType: contentType.trim().toLowerCase(), url: answer.url };
  } catch (error) {
    if (isOpen) closeSync(file);
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Each new attempt begins the file anew. */
function createFileSink(file: number, request: FileRequest, progress: Progress): Sink {
  const maximumBytes = request.maximumBytes ?? Number.POSITIVE_INFINITY;
  let isFile = false;
  return {
    start: (answer) => {
      if (progress.bytes > 0) request.onBytes?.(-progress.bytes);
      ftruncateSync(file, 0);
      progress.bytes = 0;
      progress.hashes = startHashes(request);
      isFile = answer.status === 200;
      const announced = Number(answer.headers.get('content-length') ?? 0);
      if (isFile && announced > maximumBytes) throw tooLarge(request.url, maximumBytes);
    },
    data: (piece) => {
      if (!isFile) return;
      if (progress.bytes + piece.length > maximumBytes) throw tooLarge(request.url, maximumBytes);
      for (let written = 0; written < piece.length;) {
        const position = progress.bytes + written;
        written += writeSync(file, piece, written, piece.length - written, position);
      }
      progress.bytes += piece.length;
      progress.hashes.sha256.update(piece);
      progress.hashes.wanted?.update(piece);
      request.onBytes?.(piece.length);
    },
  };
}

function startHashes(request: FileRequest): Progress['hashes'] {
  const algorithm = request.hash?.algorithm.toLowerCase();
  const isOther = algorithm !== undefined && algorithm !== 'sha256';
  return { sha256: createHash('sha256'), wanted: isOther ? createHash(algorithm) : undefined };
}

function assertHash(request: FileRequest, actual: string): void {
  const expected = request.hash;
  if (expected === undefined || expected.digest.toLowerCase() === actual) return;
  const { algorithm, digest } = expected;
  throw new BuildError(
    'HASH_MISMATCH',
    `\`${redactUrl(request.url)}\` has the wrong ${algorithm}: expected ${digest}, got ${actual}`,
    { hint: 'do not use this file; ask the owner of the index which of the two is right' },
  );
}

function tooLarge(url: string, maximumBytes: number): BuildError {
  return new BuildError('NET_TOO_LARGE', `\`${redactUrl(url)}\` is larger than ${maximumBytes} bytes`);
}
