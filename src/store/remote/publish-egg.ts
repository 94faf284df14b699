// An egg of the local cache into a remote one: archive, manifest and signature as blobs first, what refers to them last,
// so that nobody finds half an egg.

import { accessSync, constants, createWriteStream, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { collectMembers, createTarStream } from '#archive';
import { BuildError, hasCode, hashFile } from '#base';
import type { CacheLayout } from '../cache-layout.ts';
import { diskFullError } from '../disk-full.ts';
import type { CachedEgg } from '../manifest.ts';
import { verifyEntry } from '../verify-entry.ts';
import { encodeActionResult } from './action-result.ts';
import type { BlobClient } from './blob-client.ts';
import { remoteKeysOf } from './remote-keys.ts';
import { blobNames, describeBlob, formatRemoteManifest } from './remote-manifest.ts';
import { signManifest, type SigningKey } from './signing.ts';

export interface EggPublisher {
  client: BlobClient;
  signingKey: SigningKey;
  /** Of the egg cache, where the archive is made; where that cannot be written to, in the system's temporary directory. */
  layout: CacheLayout;
  /** Asks first, and sends what is not there. Otherwise everything is sent: what a server has may be damaged. */
  asksFirst?: boolean;
}

/** `unfit`: it can be found under no key. */
export type PublishOutcome = 'written' | 'present' | 'unfit';

/** Fails as the client does, and with `EGG_CACHE_DAMAGED` for an entry that somebody has edited. */
export async function publishEgg(publisher: EggPublisher, cached: CachedEgg): Promise<PublishOutcome> {
  const { client, signingKey, layout, asksFirst = false } = publisher;
  const { directory, manifest: egg } = cached;
  const keys = remoteKeysOf(egg);
  if (keys.length === 0) return 'unfit';
  const [damage] = verifyEntry(cached);
  if (damage !== undefined) throw new BuildError('EGG_CACHE_DAMAGED', `the egg is damaged here: ${damage}`);
  const file = archivePath(layout);
  try {
    await writeArchive(directory, file);
    const archive = { sha256: hashFile(file), size: statSync(file).size };
    const manifest = formatRemoteManifest({ keys, archive, egg });
    const signature = Buffer.from(signManifest(manifest, signingKey));
    // The small ones first: a server that wants no writing says so before it has got the large one.
    const [described, signed] = [describeBlob(manifest), describeBlob(signature)];
    const blobs = {
      [blobNames.archive]: archive,
      [blobNames.manifest]: described,
      [blobNames.signature]: signed,
    };
    if (asksFirst && (await isThere(client, Object.values(blobs), keys))) return 'present';
    await client.write(`/cas/${signed.sha256}`, signature);
    await client.write(`/cas/${described.sha256}`, manifest);
    await client.upload(archive.sha256, file, true);
    const action = encodeActionResult(Object.entries(blobs).map(([path, blob]) => ({ path, ...blob })));
    for (const key of keys) await client.write(`/ac/${key}`, action);
    return 'written';
  } finally {
    rmSync(file, { force: true });
  }
}

function archivePath(layout: CacheLayout): string {
  const file = layout.temporaryPath('remote');
  try {
    mkdirSync(layout.temporary, { recursive: true });
    accessSync(layout.temporary, constants.W_OK);
    return file;
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR')) throw error;
    return join(tmpdir(), `clutch-${basename(file)}`);
  }
}

async function writeArchive(directory: string, file: string): Promise<void> {
  try {
    await pipeline(createTarStream(collectMembers(directory), 'none'), createWriteStream(file));
  } catch (error) {
    throw diskFullError(dirname(file), error) ?? error;
  }
}

/** Signatures are a function of what is signed, so an egg that was stored before is known by its blobs. */
async function isThere(
  client: BlobClient,
  blobs: readonly { sha256: string; size: number }[],
  keys: readonly string[],
): Promise<boolean> {
  for (const { sha256, size } of blobs) if ((await client.sizeOf(`/cas/${sha256}`)) !== size) return false;
  for (const key of keys) if ((await client.sizeOf(`/ac/${key}`)) === undefined) return false;
  return true;
}
