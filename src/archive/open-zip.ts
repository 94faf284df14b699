// Opens a zip archive and reads its entries, synchronously: stored and deflated only, checked against everything the
// archive says about itself. Nothing is handed out that the archive lies about.

import { crc32, inflateRawSync } from 'node:zlib';
import { basename } from 'node:path';
import { BuildError, hasCode } from '#base';
import { bufferSource, fileSource, MissingRange, type ByteSource } from './byte-source.ts';
import { createAdmission, defaultLimits, type ExtractionLimits } from './extraction-policy.ts';
import { damagedArchive, refuseArchive } from './refuse-archive.ts';
import { readZipDirectory, type DirectoryRecord } from './zip-directory.ts';

export interface ZipEntry {
  /** As the archive writes it. */
  name: string;
  /** Its path inside the tree: without `.` and doubled or trailing slashes. */
  path: string;
  kind: 'file' | 'directory' | 'symlink';
  size: number;
  compressedSize: number;
  crc32: number;
  /** Unix permission bits, 0 when the archive has none. */
  mode: number;
  /** 0 stored, 8 deflated. */
  method: number;
  rawName: Buffer;
  /** Where its local header starts, and where the next thing in the file does. */
  offset: number;
  end: number;
}

export interface ZipArchive {
  /** How messages call it. */
  readonly name: string;
  /** In the order of the directory. */
  readonly entries: readonly ZipEntry[];
  /** All directories that the entries need, parents first. */
  readonly directories: readonly string[];
  find(name: string): ZipEntry | undefined;
  /** The bytes of a file or the text of a link. Throws ARCHIVE_DAMAGED or ARCHIVE_REFUSED when they are not as declared. */
  read(entry: ZipEntry | string): Buffer;
  close(): void;
}

export interface OpenZipOptions {
  /** For messages; the file's name when opened by path. */
  name?: string;
  limits?: Partial<ExtractionLimits>;
}

/** Opens an archive by path, from memory, or over fetched ranges. Close it: a large file stays open until then. */
export function openZip(input: string | Buffer | ByteSource, options: OpenZipOptions = {}): ZipArchive {
  const name = options.name ?? (typeof input === 'string' ? basename(input) : 'archive');
  const source = sourceOf(input);
  try {
    return openSource(source, name, options.limits ?? {});
  } catch (error) {
    source.close();
    throw error;
  }
}

function sourceOf(input: string | Buffer | ByteSource): ByteSource {
  if (typeof input === 'string') return fileSource(input);
  return Buffer.isBuffer(input) ? bufferSource(input) : input;
}

function openSource(source: ByteSource, name: string, limits: Partial<ExtractionLimits>): ZipArchive {
  const directory = readZipDirectory(source, name, limits.maximumEntries ?? defaultLimits.maximumEntries);
  const admission = createAdmission(name, { limits });
  const entries = directory.records.map((record) => {
    const kind = kindOf(record, name);
    const path = admission.admit({ name: record.name, kind, size: record.size });
    return entryOf(record, kind, path);
  });
  assignEnds(entries, directory.start, name);
  let byName: Map<string, ZipEntry> | undefined;
  const find = (wanted: string): ZipEntry | undefined => {
    byName ??= new Map(entries.map((entry) => [entry.name, entry]));
    return byName.get(wanted);
  };
  return {
    name,
    entries,
    directories: admission.directories,
    find,
    read(wanted) {
      const entry = typeof wanted === 'string' ? find(wanted) : wanted;
      if (entry === undefined) {
        throw new BuildError('ARCHIVE_NO_ENTRY', `Archive \`${name}\` has no \`${wanted as string}\``);
      }
      return readEntry(source, entry, name);
    },
    close: () => source.close(),
  };
}

function entryOf(record: DirectoryRecord, kind: ZipEntry['kind'], path: string): ZipEntry {
  const { name, size, compressedSize, method, rawName, offset } = record;
  const mode = record.unixMode & 0o7777;
  return {
    name,
    path,
    kind,
    size,
    compressedSize,
    crc32: record.crc32,
    mode,
    method,
    rawName,
    offset,
    end: 0,
  };
}

/** Flag bits 0, 6 and 13: encrypted, strongly encrypted, masked local headers; 5: patch data. */
const refusedFlags = 0x2061;
const fileTypes = { mask: 0o170000, regular: 0o100000, directory: 0o040000, symlink: 0o120000 };

function kindOf(record: DirectoryRecord, archive: string): ZipEntry['kind'] {
  if ((record.flags & refusedFlags) !== 0)
    refuseArchive(archive, `\`${record.name}\` is encrypted or a patch`);
  if (record.method !== 0 && record.method !== 8) {
    refuseArchive(
      archive,
      `\`${record.name}\` is compressed by method ${record.method}, not stored or deflated`,
    );
  }
  if (record.method === 0 && record.size !== record.compressedSize) {
    refuseArchive(archive, `\`${record.name}\` is stored, but declares two sizes`);
  }
  const type = record.unixMode & fileTypes.mask;
  if (record.name.endsWith('/')) {
    if (record.size !== 0) refuseArchive(archive, `the directory \`${record.name}\` has content`);
    if (type === fileTypes.symlink)
      refuseArchive(archive, `\`${record.name}\` is a link with a directory's name`);
    return 'directory';
  }
  if (type === fileTypes.symlink) return 'symlink';
  if (type !== 0 && type !== fileTypes.regular) {
    refuseArchive(archive, `\`${record.name}\` is neither a file nor a directory nor a link`);
  }
  return 'file';
}

const localHeaderSize = 30;

/** No two entries share bytes, so the inflated size is bounded by the archive's own. */
function assignEnds(entries: readonly ZipEntry[], directoryStart: number, archive: string): void {
  const sorted = [...entries].sort((left, right) => left.offset - right.offset);
  let end = directoryStart;
  for (let index = sorted.length - 1; index >= 0; index -= 1) {
    const entry = sorted[index];
    if (entry === undefined) continue;
    entry.end = end;
    if (entry.offset + localHeaderSize + entry.rawName.length + entry.compressedSize > end) {
      refuseArchive(archive, `\`${entry.name}\` overlaps what comes after it`);
    }
    end = entry.offset;
  }
}

function readEntry(source: ByteSource, entry: ZipEntry, archive: string): Buffer {
  const region = source.read(entry.offset, entry.end - entry.offset);
  const data = region.subarray(dataStart(region, entry, archive));
  if (data.length < entry.compressedSize)
    refuseArchive(archive, `\`${entry.name}\` overlaps what comes after it`);
  const packed = data.subarray(0, entry.compressedSize);
  const bytes = entry.method === 0 ? packed : inflate(packed, entry, archive);
  if (bytes.length !== entry.size) {
    refuseArchive(archive, `\`${entry.name}\` declares ${entry.size} bytes and has ${bytes.length}`);
  }
  if (crc32(bytes) !== entry.crc32) damagedArchive(archive, `the checksum of \`${entry.name}\` is wrong`);
  return bytes;
}

function dataStart(region: Buffer, entry: ZipEntry, archive: string): number {
  const nameLength = region.length < localHeaderSize ? -1 : region.readUInt16LE(26);
  if (nameLength === -1 || region.readUInt32LE(0) !== 0x04034b50) {
    damagedArchive(archive, `\`${entry.name}\` is not where the directory says`);
  }
  const nameEnd = localHeaderSize + nameLength;
  const same =
    entry.rawName.equals(region.subarray(localHeaderSize, nameEnd)) &&
    region.readUInt16LE(8) === entry.method &&
    (region.readUInt16LE(6) & refusedFlags) === 0;
  if (!same) refuseArchive(archive, `the header of \`${entry.name}\` differs from the directory`);
  return nameEnd + region.readUInt16LE(28);
}

/** Z_MIN_CHUNK of zlib: the smallest buffer it takes. */
const smallestChunk = 64;

function inflate(packed: Buffer, entry: ZipEntry, archive: string): Buffer {
  try {
    // One piece of output: the buffer is made for the declared size, and more than that is a lie.
    return inflateRawSync(packed, {
      chunkSize: Math.max(smallestChunk, entry.size + 1),
      maxOutputLength: Math.max(1, entry.size),
    });
  } catch (error) {
    if (error instanceof MissingRange) throw error;
    if (hasCode(error, 'ERR_BUFFER_TOO_LARGE')) {
      refuseArchive(archive, `\`${entry.name}\` inflates to more than the ${entry.size} bytes it declares`);
    }
    if (hasCode(error, 'Z_DATA_ERROR', 'Z_BUF_ERROR')) {
      damagedArchive(archive, `\`${entry.name}\` does not inflate`, error);
    }
    throw error;
  }
}
