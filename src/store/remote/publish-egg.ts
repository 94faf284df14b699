// An egg of the local cache into a remote one: archive, manifest and signature as blobs first, what refers to them last,
// so that nobody finds half an egg.

import { createWriteStream, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { collectMembers, createTarStream } from '#archive';
import { BuildError, hashFile } from '#base';
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
  /** Where the archive is made; the file is removed again. */
  temporaryPath: () => string;
}

/** `false`: it can be found under no key. Fails as the client does, and for an entry that somebody has edited. */
export async function publishEgg(
  { client, signingKey, temporaryPath }: EggPublisher,
  cached: CachedEgg,
): Promise<boolean> {
  const { directory, manifest: egg } = cached;
  const keys = remoteKeysOf(egg);
  if (keys.length === 0) return false;
  const [damage] = verifyEntry(cached);
  if (damage !== undefined) throw new BuildError('EGG_CACHE_DAMAGED', `the egg is damaged here: ${damage}`);
  const file = temporaryPath();
  try {
    mkdirSync(dirname(file), { recursive: true });
    await pipeline(createTarStream(collectMembers(directory), 'none'), createWriteStream(file));
    const archive = { sha256: hashFile(file), size: statSync(file).size };
    const manifest = formatRemoteManifest({ keys, archive, egg });
    const signature = Buffer.from(signManifest(manifest, signingKey));
    // The small ones first: a server that wants no writing says so before it has got the large one.
    const [described, signed] = [describeBlob(manifest), describeBlob(signature)];
    await client.write(`/cas/${signed.sha256}`, signature);
    await client.write(`/cas/${described.sha256}`, manifest);
    await client.upload(archive.sha256, file, true);
    const action = encodeActionResult([
      { path: blobNames.archive, ...archive },
      { path: blobNames.manifest, ...described },
      { path: blobNames.signature, ...signed },
    ]);
    for (const key of keys) await client.write(`/ac/${key}`, action);
    return true;
  } finally {
    rmSync(file, { force: true });
  }
}
