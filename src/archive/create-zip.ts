// Writes a zip archive (a wheel, an egg) in memory: sorted, one fixed time, two modes, so the same members give the
// same bytes. No zip64: what is larger than 4 GB is no wheel.

import { crc32, deflateRawSync } from 'node:zlib';
import { BuildError } from '#base';
import { sortMembers, type NewMember } from './collect-members.ts';

export interface CreateZipOptions {
  /** Seconds since 1970; default 2020-01-01. A zip keeps even seconds. */
  mtime?: number;
  /** Keep this order: a wheel has its `.dist-info` at the end. */
  keepOrder?: boolean;
}

/** 2020-01-01T00:00:00Z. */
export const archiveMtime: number = Date.UTC(2020, 0, 1) / 1000;

interface Packed {
  header: Buffer;
  name: Buffer;
  mode: number;
  offset: number;
}

/** The archive's bytes. */
export function createZip(members: readonly NewMember[], options: CreateZipOptions = {}): Buffer {
  const chunks: Buffer[] = [];
  const packed: Packed[] = [];
  let offset = 0;
  const push = (...parts: Buffer[]): void => {
    for (const part of parts) offset += part.length;
    chunks.push(...parts);
  };
  for (const member of options.keepOrder === true ? members : sortMembers(members)) {
    const start = offset;
    const { header, name, data } = packMember(member, options.mtime ?? archiveMtime);
    push(localHeader(header), name, data);
    packed.push({ header, name, mode: unixMode(member), offset: start });
  }
  const directoryStart = offset;
  for (const entry of packed) push(centralHeader(entry), entry.name);
  push(endRecord(packed.length, directoryStart, offset - directoryStart));
  return Buffer.concat(chunks);
}

function unixMode(member: NewMember): number {
  const types = { file: 0o100000, directory: 0o040000, symlink: 0o120000 };
  return types[member.kind] | member.mode;
}

/** The 26 bytes that local and central headers share, from "version needed" to the length of the extra field. */
function packMember(member: NewMember, mtime: number): { header: Buffer; name: Buffer; data: Buffer } {
  const content = Buffer.from(member.read());
  const deflated = deflateRawSync(content, { level: 9 });
  const isSmaller = deflated.length < content.length;
  const data = isSmaller ? deflated : content;
  const name = Buffer.from(member.kind === 'directory' ? `${member.path}/` : member.path);
  if (content.length >= 0xffffffff) {
    throw new BuildError('ARCHIVE_TOO_LARGE', `\`${member.path}\` is too large for a zip file`, {
      hint: 'use a tar archive',
    });
  }
  const header = Buffer.alloc(26);
  header.writeUInt16LE(20, 0);
  header.writeUInt16LE(0x800, 2);
  header.writeUInt16LE(isSmaller ? 8 : 0, 4);
  header.writeUInt32LE(dosTime(mtime), 6);
  header.writeUInt32LE(crc32(content), 10);
  header.writeUInt32LE(data.length, 14);
  header.writeUInt32LE(content.length, 18);
  header.writeUInt16LE(name.length, 22);
  return { header, name, data };
}

function localHeader(header: Buffer): Buffer {
  return Buffer.concat([Buffer.from('504b0304', 'hex'), header]);
}

function centralHeader({ header, mode, offset }: Packed): Buffer {
  const madeByUnix = Buffer.from('504b01021403', 'hex');
  const tail = Buffer.alloc(14);
  tail.writeUInt16LE(mode, 8);
  tail.writeUInt32LE(offset, 10);
  return Buffer.concat([madeByUnix, header, tail]);
}

function endRecord(count: number, start: number, size: number): Buffer {
  if (count >= 0xffff || start + size >= 0xffffffff) {
    throw new BuildError('ARCHIVE_TOO_LARGE', 'The content is too large for a zip file', {
      hint: 'use a tar archive',
    });
  }
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(start, 16);
  return record;
}

/** Date and time as DOS keeps them, read as UTC: the machine's time zone must not show. */
function dosTime(seconds: number): number {
  const date = new Date(Math.max(seconds, Date.UTC(1980, 0, 1) / 1000) * 1000);
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return day * 0x10000 + time;
}
