// Looks into a file that wants to be published, and says no with the check that failed, or what it is.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { detectCompression, type Compression } from '#archive';
import { hashBytes } from '#base';
import { checkClaims, type Claims } from './check-claims.ts';
import { readDistributionName, type DistributionName } from './distribution-name.ts';
import { inspectEgg } from './inspect-egg.ts';
import { inspectTarSdist, inspectZipSdist } from './inspect-sdist.ts';
import { inspectWheel } from './inspect-wheel.ts';
import { openArchive, type InspectLimits } from './open-archive.ts';
import { readMetadata } from './read-metadata.ts';
import { refusal } from '../refusals.ts';

export interface InspectRequest {
  /** Where the file lies now. */
  path: string;
  /** What it wants to be called. */
  filename: string;
  claims: Claims;
  /** What the form says of its BLAKE2b-256, which no library of Node's computes. */
  blake2?: string;
  limits: InspectLimits;
}

export interface InspectedFile {
  name: DistributionName;
  /** As the metadata writes it. */
  displayName: string;
  /** METADATA or PKG-INFO, byte for byte. */
  metadata: Uint8Array;
  metadataHash: string;
  requiresPython?: string;
}

/** Reads the whole file. Fails with a refusal; anything else that is thrown is not the file's fault. */
export async function inspectDistribution(request: InspectRequest): Promise<InspectedFile> {
  const { filename, claims, path, limits } = request;
  const name = readDistributionName(filename, claims.name);
  if (request.blake2 !== undefined) await checkBlake2(path, request.blake2);
  const { metadata, where } = await readArchive(path, name, limits);
  const fields = readMetadata(metadata, where, name);
  checkClaims(claims, fields, name);
  const { requiresPython } = fields;
  return {
    name,
    displayName: fields.name,
    metadata,
    metadataHash: hashBytes(metadata),
    ...(requiresPython !== undefined && requiresPython !== '' && { requiresPython }),
  };
}

/** As `detectCompression` finds them; `none` is a plain tar, or not an archive at all. */
const compressions: readonly [Compression, readonly string[]][] = [
  ['zip', ['.whl', '.egg', '.zip']],
  ['gzip', ['.tar.gz', '.tgz']],
  ['bzip2', ['.tar.bz2']],
  ['xz', ['.tar.xz']],
  ['none', ['.tar']],
];

const nouns: Readonly<Record<Compression, string>> = {
  zip: 'a zip archive',
  gzip: 'a gzip file',
  bzip2: 'a bzip2 file',
  xz: 'an xz file',
  zstd: 'a zstd file',
  none: 'nothing known',
};

async function readArchive(
  path: string,
  name: DistributionName,
  limits: InspectLimits,
): Promise<{ metadata: Buffer; where: string }> {
  const found = detectCompression(path);
  const [wanted] =
    compressions.find(([, extensions]) => extensions.some((one) => name.filename.endsWith(one))) ?? [];
  if (found !== wanted) {
    const check = wanted === 'zip' ? 'zip' : 'tar';
    const named = nouns[wanted ?? 'none'];
    throw refusal(check, `\`${name.filename}\` is named like ${named}, but its bytes are ${nouns[found]}`);
  }
  if (wanted !== 'zip') return inspectTarSdist(path, name, limits);
  const archive = openArchive(path, name.filename, limits);
  try {
    if (name.kind === 'wheel') return inspectWheel(archive, name);
    return name.kind === 'egg' ? inspectEgg(archive) : inspectZipSdist(archive, name);
  } finally {
    archive.close();
  }
}

/**
 * Twine and poetry send it; so does the distutils of Python 3.8 and 3.9, which computes BLAKE2b with all its 512 bits under
 * this name.
 */
async function checkBlake2(path: string, claimed: string): Promise<void> {
  const isLong = claimed.length === 128;
  const hash = isLong ? createHash('blake2b512') : await createBlake2();
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) hash.update(chunk as Buffer);
  const actual = Buffer.from(hash.digest()).toString('hex');
  if (actual === claimed.toLowerCase()) return;
  throw refusal('hash', `the form's \`blake2_256_digest\` is not the file's, which is ${actual}`);
}

async function createBlake2(): Promise<{ update: (bytes: Uint8Array) => unknown; digest: () => Uint8Array }> {
  const { blake2b } = await import('@noble/hashes/blake2.js');
  return blake2b.create({ dkLen: 32 });
}
