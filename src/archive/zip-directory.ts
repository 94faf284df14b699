// The central directory of a zip archive (PKWARE APPNOTE 6.3.10, sections 4.3.12 to 4.3.16): the one place that says
// what the archive holds. Read strictly: one end record that ends with the file, counts and sizes that agree, no
// bytes between directory and end record.

import type { ByteSource } from './byte-source.ts';
import { cp437Text } from './cp437-text.ts';
import { damagedArchive, refuseArchive } from './refuse-archive.ts';

/** What the directory says about an entry, not believed yet. */
export interface DirectoryRecord {
  name: string;
  rawName: Buffer;
  flags: number;
  method: number;
  crc32: number;
  compressedSize: number;
  size: number;
  /** Where the entry's local header starts. */
  offset: number;
  /** The Unix mode with its type bits; 0 when the archive says nothing. */
  unixMode: number;
}

export interface ZipDirectory {
  records: readonly DirectoryRecord[];
  /** Where the central directory starts: entries end before it. */
  start: number;
}

interface DirectoryPlace {
  count: number;
  start: number;
  size: number;
}

const signatures = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50, central: 0x02014b50 };
const endSize = 22;
const end64Size = 56;
const locatorSize = 20;
const centralSize = 46;
const longestComment = 0xffff;

/** Reads the directory of `archive` (its name in messages), or throws ARCHIVE_REFUSED or ARCHIVE_DAMAGED. */
export function readZipDirectory(source: ByteSource, archive: string, maximumEntries: number): ZipDirectory {
  const place = findDirectory(source, archive);
  if (place.count > maximumEntries) refuseArchive(archive, `it has more than ${maximumEntries} entries`);
  if (place.count * centralSize > place.size) damagedArchive(archive, 'its directory is too short');
  const bytes = source.read(place.start, place.size);
  const records: DirectoryRecord[] = [];
  let position = 0;
  for (let index = 0; index < place.count; index += 1) {
    if (position + centralSize > bytes.length || bytes.readUInt32LE(position) !== signatures.central) {
      damagedArchive(archive, 'its directory is cut short');
    }
    const end = centralRecordEnd(bytes, position);
    if (end > bytes.length) damagedArchive(archive, 'its directory is cut short');
    records.push(readRecord(bytes, position, archive));
    position = end;
  }
  if (position !== bytes.length)
    refuseArchive(archive, 'its directory holds more than the entries it declares');
  return { records, start: place.start };
}

function findDirectory(source: ByteSource, archive: string): DirectoryPlace {
  const tailSize = Math.min(source.size, endSize + longestComment);
  if (tailSize < endSize) damagedArchive(archive, 'it is too short for a zip file');
  const { end, comment } = findEnd(source, archive, tailSize);
  const [disk, directoryDisk] = [end.readUInt16LE(4), end.readUInt16LE(6)];
  const [countHere, count] = [end.readUInt16LE(8), end.readUInt16LE(10)];
  const [size, start] = [end.readUInt32LE(12), end.readUInt32LE(16)];
  const endPosition = source.size - endSize - comment;
  const large = findZip64End(source, archive, endPosition);
  if (large !== undefined) {
    const agree =
      (count === 0xffff || count === large.count) &&
      (size === 0xffffffff || size === large.size) &&
      (start === 0xffffffff || start === large.start);
    if (!agree) refuseArchive(archive, 'its two end records disagree');
    return large;
  }
  if (disk !== 0 || directoryDisk !== 0 || countHere !== count) {
    refuseArchive(archive, 'it is a part of an archive on several disks');
  }
  if (start + size !== endPosition) refuseArchive(archive, 'its directory is not where its end record says');
  return { count, start, size };
}

/** The last end record. Its comment must end with the file: whoever looks from the other side sees the same one. */
function findEnd(source: ByteSource, archive: string, tailSize: number): { end: Buffer; comment: number } {
  const short = source.read(source.size - endSize, endSize);
  if (short.readUInt32LE(0) === signatures.end && short.readUInt16LE(20) === 0)
    return { end: short, comment: 0 };
  const tail = source.read(source.size - tailSize, tailSize);
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(signatures.end);
  const found = tail.lastIndexOf(mark, tail.length - endSize);
  if (found === -1) damagedArchive(archive, 'it has no end record: not a zip file, or cut short');
  const end = tail.subarray(found, found + endSize);
  const comment = tail.length - found - endSize;
  if (end.readUInt16LE(20) !== comment) refuseArchive(archive, 'there are bytes after its end');
  return { end, comment };
}

function findZip64End(source: ByteSource, archive: string, endPosition: number): DirectoryPlace | undefined {
  if (endPosition < locatorSize + end64Size) return undefined;
  const locator = source.read(endPosition - locatorSize, locatorSize);
  if (locator.readUInt32LE(0) !== signatures.locator64) return undefined;
  const position = readSafe(locator, 8, archive);
  if (position + end64Size > endPosition - locatorSize)
    refuseArchive(archive, 'its zip64 end record is misplaced');
  const end = source.read(position, end64Size);
  if (
    end.readUInt32LE(0) !== signatures.end64 ||
    position + 12 + readSafe(end, 4, archive) !== endPosition - locatorSize
  ) {
    refuseArchive(archive, 'its zip64 end record is misplaced');
  }
  const place = {
    count: readSafe(end, 32, archive),
    size: readSafe(end, 40, archive),
    start: readSafe(end, 48, archive),
  };
  if (
    end.readUInt32LE(16) !== 0 ||
    end.readUInt32LE(20) !== 0 ||
    readSafe(end, 24, archive) !== place.count
  ) {
    refuseArchive(archive, 'it is a part of an archive on several disks');
  }
  if (place.start + place.size !== position)
    refuseArchive(archive, 'its directory is not where its end record says');
  return place;
}

function centralRecordEnd(bytes: Buffer, position: number): number {
  const extra = bytes.readUInt16LE(position + 30) + bytes.readUInt16LE(position + 32);
  return position + centralSize + bytes.readUInt16LE(position + 28) + extra;
}

function readRecord(bytes: Buffer, position: number, archive: string): DirectoryRecord {
  const nameEnd = position + centralSize + bytes.readUInt16LE(position + 28);
  const rawName = bytes.subarray(position + centralSize, nameEnd);
  const flags = bytes.readUInt16LE(position + 8);
  const record: DirectoryRecord = {
    name: decodeName(rawName, flags),
    rawName,
    flags,
    method: bytes.readUInt16LE(position + 10),
    crc32: bytes.readUInt32LE(position + 16),
    compressedSize: bytes.readUInt32LE(position + 20),
    size: bytes.readUInt32LE(position + 24),
    offset: bytes.readUInt32LE(position + 42),
    // As in pip: the upper half counts whatever system the archive claims to come from.
    unixMode: bytes.readUInt16LE(position + 40),
  };
  const extra = bytes.subarray(nameEnd, nameEnd + bytes.readUInt16LE(position + 30));
  if (extra.length > 0) readZip64Extra(record, extra, archive);
  return record;
}

/** Section 4.5.3: the real values of those fields that are all ones, in this order. */
function readZip64Extra(record: DirectoryRecord, extra: Buffer, archive: string): void {
  for (let position = 0; position + 4 <= extra.length;) {
    const length = extra.readUInt16LE(position + 2);
    const field = extra.subarray(position + 4, position + 4 + length);
    if (extra.readUInt16LE(position) === 1) {
      let next = 0;
      for (const key of ['size', 'compressedSize', 'offset'] as const) {
        if (record[key] !== 0xffffffff) continue;
        if (next + 8 > field.length)
          damagedArchive(archive, `the zip64 sizes of \`${record.name}\` are missing`);
        record[key] = readSafe(field, next, archive);
        next += 8;
      }
      return;
    }
    position += 4 + length;
  }
}

function readSafe(bytes: Buffer, position: number, archive: string): number {
  const value = Number(bytes.readBigUInt64LE(position));
  if (!Number.isSafeInteger(value)) refuseArchive(archive, 'it declares an impossible size');
  return value;
}

/** Flag bit 11 says UTF-8; otherwise code page 437, as Python's zipfile reads it. */
function decodeName(rawName: Buffer, flags: number): string {
  return (flags & 0x800) === 0 ? cp437Text(rawName) : rawName.toString('utf8');
}
