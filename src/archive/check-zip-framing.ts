// Every byte of a zip file accounted for: local headers one after the other from the first byte, each the same as its
// record in the central directory, nothing between and nothing hidden. Readers that start from the front and readers
// that start from the end then see the same archive. Installing does not ask for this much; publishing does.

import { basename } from 'node:path';
import { fileSource, type ByteSource } from './byte-source.ts';
import { defaultLimits } from './extraction-policy.ts';
import { damagedArchive, refuseArchive } from './refuse-archive.ts';
import { readZipDirectory, type DirectoryRecord } from './zip-directory.ts';

const localSignature = 0x04034b50;
const descriptorSignature = 0x08074b50;
const localSize = 30;
const hasDescriptor = 0x8;
const allOnes = 0xffffffff;

/** Reads all headers of the zip file at `path`; throws ARCHIVE_REFUSED or ARCHIVE_DAMAGED when they disagree. */
export function checkZipFraming(path: string, name: string = basename(path)): void {
  const source = fileSource(path);
  try {
    const { records, start } = readZipDirectory(source, name, defaultLimits.maximumEntries);
    assertOneEnd(source, name, start);
    let position = 0;
    for (const record of [...records].sort((left, right) => left.offset - right.offset)) {
      if (record.offset !== position) {
        refuseArchive(name, `there are bytes before \`${record.name}\` that belong to no entry`);
      }
      position = endOfEntry(source, record, { archive: name, limit: start });
    }
    if (position !== start)
      refuseArchive(name, 'there are bytes before its directory that belong to no entry');
  } finally {
    source.close();
  }
}

/** A comment may hold a second end record: some readers would take that one. */
function assertOneEnd(source: ByteSource, archive: string, start: number): void {
  const tail = source.read(start, source.size - start);
  const mark = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
  const first = tail.indexOf(mark);
  if (first !== tail.lastIndexOf(mark)) refuseArchive(archive, 'it has more than one end record');
}

interface EntryPlace {
  archive: string;
  /** Where the central directory starts. */
  limit: number;
}

/** Where the next entry begins, when everything in the local header is what the directory says. */
function endOfEntry(source: ByteSource, record: DirectoryRecord, { archive, limit }: EntryPlace): number {
  const { name, offset } = record;
  const differs = (what: string): never =>
    refuseArchive(archive, `the local header of \`${name}\` has another ${what} than the directory`);
  if (offset + localSize > limit) damagedArchive(archive, `\`${name}\` is cut short`);
  const header = source.read(offset, localSize);
  if (header.readUInt32LE(0) !== localSignature) {
    damagedArchive(archive, `\`${name}\` is not where the directory says`);
  }
  const nameLength = header.readUInt16LE(26);
  const extraLength = header.readUInt16LE(28);
  const dataStart = offset + localSize + nameLength + extraLength;
  if (dataStart + record.compressedSize > limit) damagedArchive(archive, `\`${name}\` is cut short`);
  const rest = source.read(offset + localSize, nameLength + extraLength);
  if (!record.rawName.equals(rest.subarray(0, nameLength))) differs('name');
  if (header.readUInt16LE(6) !== record.flags) differs('flag');
  if (header.readUInt16LE(8) !== record.method) differs('compression method');
  const extra = readExtra(rest.subarray(nameLength), record, archive);
  const isDeferred = (record.flags & hasDescriptor) !== 0;
  const local = localSizes(header, extra.zip64);
  const isBlank = local.crc === 0 && local.compressedSize === 0 && local.size === 0;
  if (!(isDeferred && isBlank)) {
    if (local.crc !== record.crc32 && !(isDeferred && local.crc === 0)) differs('checksum');
    if (local.size !== record.size || local.compressedSize !== record.compressedSize) differs('size');
  }
  const dataEnd = dataStart + record.compressedSize;
  if (!isDeferred) return dataEnd;
  return (
    dataEnd +
    descriptorLength(source, record, { archive, dataEnd, limit, isLarge: extra.zip64 !== undefined })
  );
}

function localSizes(
  header: Buffer,
  zip64: Buffer | undefined,
): { crc: number; size: number; compressedSize: number } {
  let compressedSize = header.readUInt32LE(18);
  let size = header.readUInt32LE(22);
  if (zip64 !== undefined) {
    let next = 0;
    const take = (): number => {
      const value = next + 8 <= zip64.length ? Number(zip64.readBigUInt64LE(next)) : -1;
      next += 8;
      return value;
    };
    if (size === allOnes) size = take();
    if (compressedSize === allOnes) compressedSize = take();
  }
  return { crc: header.readUInt32LE(14), size, compressedSize };
}

/** Section 4.6.9 of the APPNOTE: a second name, in Unicode, that some readers prefer. */
function readExtra(extra: Buffer, record: DirectoryRecord, archive: string): { zip64: Buffer | undefined } {
  let zip64: Buffer | undefined;
  for (let at = 0; at + 4 <= extra.length;) {
    const length = extra.readUInt16LE(at + 2);
    const field = extra.subarray(at + 4, at + 4 + length);
    if (extra.readUInt16LE(at) === 1) zip64 = field;
    if (extra.readUInt16LE(at) === 0x7075 && field.subarray(5).toString('utf8') !== record.name) {
      refuseArchive(archive, `\`${record.name}\` has a second name`);
    }
    at += 4 + length;
  }
  return { zip64 };
}

interface DescriptorPlace extends EntryPlace {
  dataEnd: number;
  /** The local header has zip64 sizes, so eight bytes are meant; of nothing, both widths would be right. */
  isLarge: boolean;
}

/** Section 4.3.9: checksum and sizes after the data, of four or eight bytes each, mostly with a signature. */
function descriptorLength(source: ByteSource, record: DirectoryRecord, place: DescriptorPlace): number {
  const { archive, dataEnd, limit, isLarge } = place;
  const bytes = source.read(dataEnd, Math.min(24, limit - dataEnd));
  for (const signature of [4, 0]) {
    for (const width of isLarge ? [8, 4] : [4, 8]) {
      const length = signature + 4 + 2 * width;
      if (length > bytes.length) continue;
      if (signature === 4 && bytes.readUInt32LE(0) !== descriptorSignature) continue;
      const read = (at: number): number =>
        width === 4 ? bytes.readUInt32LE(at) : Number(bytes.readBigUInt64LE(at));
      const isSame =
        bytes.readUInt32LE(signature) === record.crc32 &&
        read(signature + 4) === record.compressedSize &&
        read(signature + 4 + width) === record.size;
      if (isSame) return length;
    }
  }
  return refuseArchive(archive, `what follows \`${record.name}\` is not its checksum and size`);
}
