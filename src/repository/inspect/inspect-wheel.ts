// A wheel (PEP 427 and the specification "Binary distribution format"): one .dist-info named like the file, tags as in
// the file's name, and a RECORD that vouches for every byte.

import { createHash } from 'node:crypto';
import type { ZipArchive, ZipEntry } from '#archive';
import { canonicalizeName, parseRecord, tryParseVersion } from '#standards';
import { refusal } from '../refusals.ts';
import type { DistributionName } from './distribution-name.ts';
import { printable } from './distribution-name.ts';
import { asRefusal } from './open-archive.ts';
import { maximumMetadataBytes } from './read-metadata.ts';

const maximumRecordBytes = 64 * 2 ** 20;
const maximumWheelBytes = 1 << 20;

/** The bytes of METADATA, once everything else is as it should be. Fails with a refusal. */
export function inspectWheel(
  archive: ZipArchive,
  name: DistributionName,
): { metadata: Buffer; where: string } {
  const directory = findDistInfo(archive, name);
  const where = `${directory}/METADATA`;
  const metadata = readFile(archive, where, maximumMetadataBytes);
  checkTags(readFile(archive, `${directory}/WHEEL`, maximumWheelBytes).toString('utf8'), name);
  checkRecord(archive, directory);
  return { metadata, where };
}

function findDistInfo(archive: ZipArchive, name: DistributionName): string {
  const found = new Set<string>();
  for (const { path } of archive.entries) {
    const [top = ''] = path.split('/', 1);
    if (top.endsWith('.dist-info')) found.add(top);
  }
  const [directory, second] = found;
  if (directory === undefined) throw refusal('wheel', 'there is no .dist-info directory in it');
  if (second !== undefined)
    throw refusal('wheel', `it has two: \`${printable(directory)}\` and \`${printable(second)}\``);
  const [, project = '', version = ''] = /^([^-]+)-(.+)\.dist-info$/.exec(directory) ?? [];
  const isSame =
    canonicalizeName(project) === name.project && tryParseVersion(version)?.normalized === name.version;
  if (!isSame) {
    throw refusal(
      'wheel',
      `its \`${printable(directory)}\` is of another project or version than \`${name.filename}\``,
    );
  }
  return directory;
}

function readFile(archive: ZipArchive, path: string, maximum: number): Buffer {
  const entry = archive.find(path);
  if (entry === undefined) throw refusal('wheel', `it has no \`${printable(path)}\``);
  if (entry.size > maximum)
    throw refusal('wheel', `its \`${printable(path)}\` is larger than ${maximum} bytes`);
  return asRefusal('zip', () => archive.read(entry));
}

/** The tags of WHEEL and of the file's name are the same; an installer may trust either. */
function checkTags(wheel: string, name: DistributionName): void {
  const fields = wheel.split(/\r?\n/).map((line) => /^([A-Za-z-]+):\s*(.*?)\s*$/.exec(line));
  const valuesOf = (field: string): string[] =>
    fields.flatMap((match) => (match?.[1]?.toLowerCase() === field ? [(match[2] ?? '').toLowerCase()] : []));
  const [version = ''] = valuesOf('wheel-version');
  if (!/^1\.\d+$/.test(version)) {
    throw refusal('wheel', `its WHEEL has the Wheel-Version \`${printable(version)}\`, known is 1.x`);
  }
  const inside = new Set(valuesOf('tag').flatMap(expandTag));
  const outside = new Set(name.tags);
  const odd = [...inside].find((tag) => !outside.has(tag)) ?? [...outside].find((tag) => !inside.has(tag));
  if (odd === undefined) return;
  throw refusal(
    'wheel',
    `the tag \`${printable(odd)}\` is ${inside.has(odd) ? 'in WHEEL but not in the file name' : 'in the file name but not in WHEEL'}`,
    'rename wheels with `wheel tags`, which changes both',
  );
}

/** `py2.py3-none-any` is two tags. */
function expandTag(tag: string): string[] {
  const [pythons = '', abis = '', platforms = ''] = tag.split('-');
  return pythons
    .split('.')
    .flatMap((python) =>
      abis
        .split('.')
        .flatMap((abi) => platforms.split('.').map((platform) => `${python}-${abi}-${platform}`)),
    );
}

const strongHashes = new Set(['sha256', 'sha384', 'sha512']);

/** Each file is in RECORD with its hash and size, and nothing else is. */
function checkRecord(archive: ZipArchive, directory: string): void {
  const where = `${directory}/RECORD`;
  const rows = parseRecord(readFile(archive, where, maximumRecordBytes).toString('utf8'));
  const exempt = new Set([where, `${where}.jws`, `${where}.p7s`]);
  const recorded = new Map(rows.map((row) => [row.path, row]));
  if (recorded.size !== rows.length) throw refusal('record', `\`${where}\` names a file twice`);
  for (const entry of archive.entries) {
    if (entry.kind !== 'file') continue;
    const row = recorded.get(entry.name);
    recorded.delete(entry.name);
    if (exempt.has(entry.name)) continue;
    if (row === undefined) throw refusal('record', `\`${where}\` does not name \`${printable(entry.name)}\``);
    if (row.hash === undefined)
      throw refusal('record', `\`${where}\` has no hash for \`${printable(entry.name)}\``);
    if (row.size !== undefined && row.size !== entry.size) {
      throw refusal(
        'record',
        `\`${printable(entry.name)}\` has ${entry.size} bytes, \`${where}\` says ${row.size}`,
      );
    }
    checkHash(archive, entry, row.hash);
  }
  for (const path of recorded.keys()) {
    if (exempt.has(path) || path.endsWith('/')) continue;
    throw refusal('record', `\`${where}\` names \`${printable(path)}\`, which is not in the archive`);
  }
}

function checkHash(archive: ZipArchive, entry: ZipEntry, recorded: string): void {
  const [algorithm = '', digest = ''] = recorded.split(/=(.*)/s, 2);
  if (!strongHashes.has(algorithm)) {
    throw refusal(
      'record',
      `the hash of \`${printable(entry.name)}\` is \`${printable(algorithm)}\`, not sha256 or stronger`,
    );
  }
  const bytes = asRefusal('zip', () => archive.read(entry));
  const actual = createHash(algorithm).update(bytes).digest('base64url');
  if (actual !== digest.replace(/=+$/, '')) {
    throw refusal('record', `\`${printable(entry.name)}\` is not what RECORD says: its ${algorithm} differs`);
  }
}
