// An egg out of a remote cache. Nothing that a server sends is believed: the signature of a trusted key, then the key
// that was asked for, then the archive's hash and size, then the extraction policy, then every file against the manifest.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { extractTar } from '#archive';
import { BuildError, hashBytes, type Report } from '#base';
import { canonicalizeName } from '#standards';
import type { EggTree } from '../entries.ts';
import type { Manifest } from '../manifest.ts';
import { normalizeTree } from '../normalize-tree.ts';
import { canonicalJson } from '../request-key.ts';
import type { ListedFile, TreeListing } from '../tree-listing.ts';
import { tryDecodeActionResult } from './action-result.ts';
import type { BlobClient } from './blob-client.ts';
import { rejected } from './receive-blob.ts';
import { buildPinsOf, declaredKey, exactKey, type Pins } from './remote-keys.ts';
import { blobNames, tryParseRemoteManifest, type RemoteManifest } from './remote-manifest.ts';
import { verifyManifest, type TrustedKey } from './signing.ts';

export interface WantedEgg {
  project: string;
  /** The requests it may answer, the one that holds on every machine first. */
  requestKeys: readonly string[];
  /** The pins on what its source declares to build with. */
  declaredPins: Pins;
  /** The pins there are on any build requirements. */
  pinsOn(names: readonly string[]): Pins;
  /** Shared libraries that it needs and this machine does not have. */
  missingLibraries(manifest: Manifest): readonly string[];
}

export interface FetchedEgg {
  tree: EggTree;
  manifest: Manifest;
  requestKey: string;
  /** Who signed it, by key id. */
  signer: string;
}

export type EggAnswer = { outcome: 'hit'; egg: FetchedEgg } | { outcome: 'miss'; detail: string };

export interface EggFetcher {
  client: BlobClient;
  trusted: readonly TrustedKey[];
  report: Report;
}

/**
 * Looks for the egg and unpacks it below `directory`. Fails with `REMOTE_REJECTED` for what is there and not to be
 * believed, and as the client does.
 */
export async function fetchEgg(
  fetcher: EggFetcher,
  wanted: WantedEgg,
  directory: string,
): Promise<EggAnswer> {
  const asked = wanted.requestKeys.map((requestKey) =>
    findEntry(fetcher, declaredKey(requestKey, wanted.declaredPins)),
  );
  // All have ended before the first failure is told: none goes on unwatched.
  await Promise.allSettled(asked);
  let detail = 'it is not there';
  for (const [position, requestKey] of wanted.requestKeys.entries()) {
    const found = await asked[position];
    if (typeof found === 'string') detail = found;
    if (found === undefined || typeof found === 'string') continue;
    const entry = await withFittingPins(fetcher, found, { wanted, requestKey });
    if (typeof entry === 'string') {
      detail = entry;
      continue;
    }
    const missing = wanted.missingLibraries(entry.manifest.egg);
    if (missing.length > 0) {
      detail = `it needs the shared library ${missing.join(', ')}`;
      continue;
    }
    if (canonicalizeName(entry.manifest.egg.project) !== canonicalizeName(wanted.project))
      throw rejected(`it is an egg of ${entry.manifest.egg.project}`);
    const tree = await unpack(fetcher, entry.manifest, directory);
    if (tree === undefined) return { outcome: 'miss', detail: 'its archive is gone' };
    return { outcome: 'hit', egg: { tree, manifest: entry.manifest.egg, requestKey, signer: entry.signer } };
  }
  return { outcome: 'miss', detail };
}

interface Entry {
  manifest: RemoteManifest;
  signer: string;
}

/** That entry, or the one that was built with the pins there are now; else why not. */
async function withFittingPins(
  fetcher: EggFetcher,
  entry: Entry,
  { wanted, requestKey }: { wanted: WantedEgg; requestKey: string },
): Promise<Entry | string> {
  if (hasPins(entry, wanted)) return entry;
  const names = buildPinsOf(entry.manifest.egg)?.used ?? [];
  const other = await findEntry(fetcher, exactKey(requestKey, wanted.pinsOn(names)));
  if (typeof other === 'object' && hasPins(other, wanted)) return other;
  return 'it was built with other pins';
}

function hasPins({ manifest }: Entry, wanted: WantedEgg): boolean {
  const build = buildPinsOf(manifest.egg);
  return build !== undefined && canonicalJson(wanted.pinsOn(build.used)) === canonicalJson(build.pins);
}

const mostManifestBytes = 32 * 2 ** 20;

/** What the server has at a key, vouched for; a text says what of it is gone. */
async function findEntry({ client, trusted }: EggFetcher, key: string): Promise<Entry | string | undefined> {
  const action = await client.read(`/ac/${key}`, 1 << 16);
  if (action === undefined) return undefined;
  const files = tryDecodeActionResult(action);
  if (files === undefined) throw rejected('its ActionResult cannot be read');
  const described = files.get(blobNames.manifest);
  const read = async (name: string, maximumBytes: number): Promise<Buffer | undefined> => {
    const blob = files.get(name);
    return blob && client.read(`/cas/${blob.sha256}`, maximumBytes);
  };
  const [manifest, signature] = await Promise.all([
    read(blobNames.manifest, mostManifestBytes),
    read(blobNames.signature, 4096),
  ]);
  if (manifest === undefined || signature === undefined) return 'a part of it is gone';
  const verified = verifyManifest(manifest, signature.toString('latin1'), trusted);
  if ('problem' in verified) throw rejected(verified.problem);
  if (hashBytes(manifest) !== described?.sha256) throw rejected('its manifest has another hash');
  const parsed = tryParseRemoteManifest(manifest);
  if (parsed === undefined) throw rejected('its manifest cannot be read');
  if (!parsed.keys.includes(key))
    throw rejected(`its manifest is that of another egg, ${parsed.egg.eggName}`);
  return { manifest: parsed, signer: verified.signer };
}

async function unpack(
  { client, report }: EggFetcher,
  { archive, egg }: RemoteManifest,
  directory: string,
): Promise<EggTree | undefined> {
  const name = egg.eggName;
  const path = join(directory, `${name}.tar`);
  const target = join(directory, name);
  try {
    report({ type: 'fetch-start', name, bytes: archive.size });
    const onBytes = (bytes: number): void => report({ type: 'fetch-bytes', name, bytes });
    if (!(await client.download({ ...archive, onBytes }, path))) return undefined;
    mkdirSync(target);
    const limits = {
      maximumEntries: egg.files.length + egg.directories.length + egg.links.length,
      maximumBytes: egg.files.reduce((total, { size }) => total + size, 0),
    };
    const extracted = await extractTar(path, target, { hash: true, limits });
    const hashes = new Map(extracted.map((file) => [file.path, file.sha256 ?? '']));
    // Also gives the files the modes and the time of every stored egg.
    const { directories, files, links } = normalizeTree(target);
    const listing = {
      directories,
      links,
      files: files.map((file) => ({ ...file, sha256: hashes.get(file.path) ?? '' })),
    };
    if (!isPromised(listing, egg)) throw rejected('its files are not those of its manifest');
    return { directory: target, listing };
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    if (error instanceof BuildError && isUnfit(error.code)) throw rejected(error.message);
    throw error;
  } finally {
    report({ type: 'fetch-end', name });
    rmSync(path, { force: true });
  }
}

function isUnfit(code: string): boolean {
  return code.startsWith('ARCHIVE_') || code === 'STORE_UNFIT_EGG';
}

function isPromised({ directories, files, links }: TreeListing, egg: Manifest): boolean {
  return (
    isEqual(files.map(textOfFile), egg.files.map(textOfFile)) &&
    isEqual(directories, egg.directories) &&
    isEqual(links.map(textOfLink), egg.links.map(textOfLink))
  );
}

function textOfFile({ path, size, mode, sha256 = '' }: ListedFile): string {
  return `${path} ${size} ${mode} ${sha256}`;
}

function textOfLink({ path, target }: { path: string; target: string }): string {
  return `${path} -> ${target}`;
}

function isEqual(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, position) => text === right[position]);
}
