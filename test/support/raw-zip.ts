// Zip archives made by hand, in which every field can lie.

import { crc32, deflateRawSync } from 'node:zlib';

export interface RawEntry {
  name: string | Buffer;
  localName?: string | Buffer;
  content?: string | Buffer;
  data?: Buffer;
  method?: number;
  localMethod?: number;
  flags?: number;
  /** What the local header says, where that is not what is true. */
  localFlags?: number;
  localCrc?: number;
  localSize?: number;
  localCompressedSize?: number;
  /** Bytes in front of the local header, and behind the data. */
  before?: Buffer;
  behind?: Buffer;
  size?: number;
  compressedSize?: number;
  crc?: number;
  mode?: number;
  offset?: number;
  centralExtra?: Buffer;
  localExtra?: Buffer;
}

export interface RawEnd {
  count?: number;
  countHere?: number;
  startShift?: number;
  sizeShift?: number;
  comment?: string;
  declaredComment?: number;
  between?: Buffer;
  after?: Buffer;
  disk?: number;
}

const bytesOf = (text: string | Buffer): Buffer => (typeof text === 'string' ? Buffer.from(text) : text);

/** A zip made by hand, so that every field can lie. */
export function rawZip(entries: RawEntry[], end: RawEnd = {}): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const content = bytesOf(entry.content ?? 'x');
    const method = entry.method ?? 0;
    const data = entry.data ?? (method === 8 ? deflateRawSync(content) : content);
    const local = Buffer.alloc(30);
    const localName = bytesOf(entry.localName ?? entry.name);
    const name = bytesOf(entry.name);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(entry.localFlags ?? entry.flags ?? 0x800, 6);
    local.writeUInt16LE(entry.localMethod ?? method, 8);
    local.writeUInt32LE(entry.localCrc ?? entry.crc ?? crc32(content), 14);
    local.writeUInt32LE(entry.localCompressedSize ?? entry.compressedSize ?? data.length, 18);
    local.writeUInt32LE(entry.localSize ?? entry.size ?? content.length, 22);
    local.writeUInt16LE(localName.length, 26);
    local.writeUInt16LE(entry.localExtra?.length ?? 0, 28);
    const record = Buffer.alloc(46);
    record.writeUInt32LE(0x02014b50, 0);
    record.writeUInt16LE(0x0314, 4);
    record.writeUInt16LE(entry.flags ?? 0x800, 8);
    record.writeUInt16LE(method, 10);
    record.writeUInt32LE(entry.crc ?? crc32(content), 16);
    record.writeUInt32LE(entry.compressedSize ?? data.length, 20);
    record.writeUInt32LE(entry.size ?? content.length, 24);
    record.writeUInt16LE(name.length, 28);
    record.writeUInt16LE(entry.centralExtra?.length ?? 0, 30);
    record.writeUInt16LE(entry.mode ?? 0o100644, 40);
    offset += entry.before?.length ?? 0;
    record.writeUInt32LE(entry.offset ?? offset, 42);
    central.push(record, name, entry.centralExtra ?? Buffer.alloc(0));
    const { before, behind, localExtra } = entry;
    const pieces = [local, localName, localExtra, data, behind].filter((piece) => piece !== undefined);
    parts.push(...(before === undefined ? [] : [before]), ...pieces);
    for (const piece of pieces) offset += piece.length;
  }
  const directory = Buffer.concat(central);
  const tail = Buffer.alloc(22);
  tail.writeUInt32LE(0x06054b50, 0);
  tail.writeUInt16LE(end.disk ?? 0, 4);
  tail.writeUInt16LE(end.countHere ?? end.count ?? entries.length, 8);
  tail.writeUInt16LE(end.count ?? entries.length, 10);
  tail.writeUInt32LE(directory.length + (end.sizeShift ?? 0), 12);
  tail.writeUInt32LE(offset + (end.startShift ?? 0), 16);
  tail.writeUInt16LE(end.declaredComment ?? end.comment?.length ?? 0, 20);
  const rest = [end.between, tail, Buffer.from(end.comment ?? ''), end.after].filter(
    (part) => part !== undefined,
  );
  return Buffer.concat([...parts, directory, ...rest]);
}

export const zip64Extra = (...values: bigint[]): Buffer => {
  const extra = Buffer.alloc(4 + values.length * 8);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(values.length * 8, 2);
  values.forEach((value, index) => extra.writeBigUInt64LE(value, 4 + index * 8));
  return extra;
};
