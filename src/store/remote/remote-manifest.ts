// What is signed: which keys an egg answers, its archive, and the egg's own manifest. JSON, signed as bytes, so that
// nothing depends on how it is formatted.

import { hashBytes } from '#base';
import {
  packManifest,
  tryParseJson,
  tryUnpackManifest,
  type Manifest,
  type PackedManifest,
} from '../manifest.ts';
import { eggFormat } from '../request-key.ts';

/** The paths of an egg's three blobs in its ActionResult. */
export const blobNames = {
  archive: 'egg.tar',
  manifest: 'manifest.json',
  signature: 'manifest.sig',
} as const;

export interface RemoteManifest {
  /** The keys that this egg answers; it is used for no other. */
  keys: readonly string[];
  archive: { sha256: string; size: number };
  egg: Manifest;
}

export function formatRemoteManifest({ keys, archive, egg }: RemoteManifest): Buffer {
  const packed: PackedManifest = packManifest(egg);
  return Buffer.from(`${JSON.stringify({ format: eggFormat, keys, archive, egg: packed }, null, 1)}\n`);
}

/** `undefined` when the bytes are not a manifest of this format, or name paths out of the egg. */
export function tryParseRemoteManifest(bytes: Uint8Array): RemoteManifest | undefined {
  const value = tryParseJson(Buffer.from(bytes).toString('utf8'));
  if (!isObject(value) || value['format'] !== eggFormat) return undefined;
  const { keys, archive, egg: packed } = value;
  if (!Array.isArray(keys) || !keys.every(isHash) || !isObject(archive) || !isObject(packed))
    return undefined;
  const { sha256, size } = archive;
  if (!isHash(sha256) || !Number.isSafeInteger(size) || Number(size) < 0) return undefined;
  const egg = tryUnpackManifest(packed, String(packed['buildKey']));
  if (egg === undefined || !/^[A-Za-z0-9][^/\\\0]*\.egg$/.test(egg.eggName)) return undefined;
  return { keys, archive: { sha256, size: Number(size) }, egg };
}

/** Hash and size of a blob in memory. */
export function describeBlob(bytes: Uint8Array): { sha256: string; size: number } {
  return { sha256: hashBytes(bytes), size: bytes.length };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}
