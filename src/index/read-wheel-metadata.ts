// METADATA of a wheel without the wheel: from the `.metadata` sibling (PEP 658), else by byte ranges of the archive's
// end, where the central directory lies and, in most wheels, METADATA itself right before it.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { BuildError, hashBytes } from '#base';
import { redactUrl, type Http } from '#net';
import type { Candidate } from './index-contract.ts';

/** Big enough for the central directory and METADATA of nine wheels in ten, small enough to be one round trip. */
const tailBytes = 24 * 1024;
const maximumDirectoryBytes = 8 * 1024 * 1024;
const maximumMetadataBytes = 16 * 1024 * 1024;

/** `undefined`: the server sends no ranges, or the archive is out of the ordinary; the whole file will tell. */
export async function readWheelMetadata(candidate: Candidate, http: () => Http): Promise<string | undefined> {
  if (candidate.kind !== 'wheel') return undefined;
  if (isAbsolute(candidate.url)) return readLocal(candidate.url);
  if (candidate.metadataHash !== undefined) {
    const sibling = await readSibling(candidate, candidate.metadataHash, http());
    if (sibling !== undefined) return sibling;
  }
  return readFromArchive(rangesOf(candidate.url, http()));
}

async function readSibling(
  candidate: Candidate,
  expected: string | true,
  http: Http,
): Promise<string | undefined> {
  const url = `${candidate.url}.metadata`;
  const response = await http.get(url, { maximumBytes: maximumMetadataBytes });
  if (response.status !== 200) return undefined;
  const actual = hashBytes(response.body);
  if (expected === true || expected === actual) return response.body.toString('utf8');
  throw new BuildError(
    'HASH_MISMATCH',
    `\`${redactUrl(url)}\` has the wrong sha256: expected ${expected}, got ${actual}`,
    { hint: 'do not use this file; ask the owner of the index which of the two is right' },
  );
}

interface Piece {
  bytes: Buffer;
  /** Where `bytes` begins in the file. */
  start: number;
  total: number;
}

/** Reads `length` bytes from `start`, or the last `length` bytes; `undefined` when that is not possible. */
type ReadPiece = (start: number | 'tail', length: number) => Promise<Piece | undefined>;

function rangesOf(url: string, http: Http): ReadPiece {
  return async (start, length) => {
    const range = start === 'tail' ? `bytes=-${length}` : `bytes=${start}-${start + length - 1}`;
    const response = await http.get(url, { range, maximumBytes: length }).catch((error: unknown) => {
      // A server that ignores ranges sends everything, which is more than was asked for.
      if (error instanceof BuildError && error.code === 'NET_TOO_LARGE') return undefined;
      throw error;
    });
    if (response === undefined) return undefined;
    if (response.status === 200) return { bytes: response.body, start: 0, total: response.body.length };
    const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
    if (response.status !== 206 || match === null) return undefined;
    return { bytes: response.body, start: Number(match[1]), total: Number(match[2]) };
  };
}

async function readLocal(path: string): Promise<string | undefined> {
  const file = openSync(path, 'r');
  try {
    const total = fstatSync(file).size;
    return await readFromArchive(async (start, length) => {
      const from = start === 'tail' ? Math.max(0, total - length) : start;
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, total - from)));
      return { bytes: bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from)), start: from, total };
    });
  } finally {
    closeSync(file);
  }
}

async function readFromArchive(readPiece: ReadPiece): Promise<string | undefined> {
  const tail = await readPiece('tail', tailBytes);
  const place = tail === undefined ? undefined : findDirectory(tail);
  if (tail === undefined || place === undefined) return undefined;
  const directory = await cut(tail, place, readPiece);
  const entry = directory === undefined ? undefined : findMetadata(directory);
  if (entry === undefined) return undefined;
  // Name and extra field of the local header have their own lengths; the extra field may be longer than this one.
  const guess = localHeaderBytes + entry.nameLength + entry.extraLength + entry.compressedSize + 64;
  const length = Math.min(guess, tail.total - entry.offset);
  const local = await cut(tail, { start: entry.offset, length }, readPiece);
  return local === undefined ? undefined : unpack(local, entry);
}

interface Place {
  start: number;
  length: number;
}

/** A place in the file: out of the tail when it lies there as a whole, else with one more request. */
async function cut(tail: Piece, place: Place, readPiece: ReadPiece): Promise<Buffer | undefined> {
  const from = place.start - tail.start;
  if (from >= 0 && from + place.length <= tail.bytes.length) {
    return tail.bytes.subarray(from, from + place.length);
  }
  const piece = await readPiece(place.start, place.length);
  if (piece === undefined || piece.start > place.start) return undefined;
  const skip = place.start - piece.start;
  return piece.bytes.subarray(skip, skip + place.length);
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const localHeaderBytes = 30;
const zip64Marker = 0xffffffff;

function findDirectory(tail: Piece): Place | undefined {
  const { bytes } = tail;
  for (let at = bytes.length - 22; at >= 0; at -= 1) {
    if (bytes.readUInt32LE(at) !== endSignature) continue;
    const length = bytes.readUInt32LE(at + 12);
    const start = bytes.readUInt32LE(at + 16);
    const isSane =
      start !== zip64Marker && length <= maximumDirectoryBytes && start + length <= tail.start + at;
    return isSane ? { start, length } : undefined;
  }
  return undefined;
}

interface MetadataEntry {
  offset: number;
  compressedSize: number;
  size: number;
  crc: number;
  method: number;
  nameLength: number;
  extraLength: number;
}

/** `NAME.dist-info/METADATA`; two of them make an archive that is none of ours. */
function findMetadata(directory: Buffer): MetadataEntry | undefined {
  let found: MetadataEntry | undefined;
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === entrySignature;) {
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength);
    if (/^[^/]+\.dist-info\/METADATA$/.test(name)) {
      if (found !== undefined) return undefined;
      found = {
        offset: directory.readUInt32LE(at + 42),
        compressedSize: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        crc: directory.readUInt32LE(at + 16),
        method: directory.readUInt16LE(at + 10),
        nameLength,
        extraLength,
      };
    }
    at += 46 + nameLength + extraLength + directory.readUInt16LE(at + 32);
  }
  return found !== undefined &&
    found.size <= maximumMetadataBytes &&
    found.compressedSize <= maximumMetadataBytes
    ? found
    : undefined;
}

function unpack(local: Buffer, entry: MetadataEntry): string | undefined {
  if (local.length < localHeaderBytes || local.readUInt32LE(0) !== localSignature) return undefined;
  const start = localHeaderBytes + local.readUInt16LE(26) + local.readUInt16LE(28);
  const stored = local.subarray(start, start + entry.compressedSize);
  if (stored.length !== entry.compressedSize) return undefined;
  const bytes = entry.method === 0 ? stored : entry.method === 8 ? tryInflate(stored, entry.size) : undefined;
  if (bytes === undefined || bytes.length !== entry.size || crc32(bytes) !== entry.crc) return undefined;
  return bytes.toString('utf8');
}

function tryInflate(bytes: Buffer, size: number): Buffer | undefined {
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
}
