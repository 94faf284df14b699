// Which shared libraries an ELF file asks the dynamic loader for: its DT_NEEDED entries and its own search path. Files
// are foreign, so every offset is checked and every table bounded.

import { closeSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

export interface ElfLibraries {
  needed: readonly string[];
  /** By soname, the versions that its symbols must have (`GLIBC_2.34`); weak ones are left out. */
  versions: ReadonlyMap<string, readonly string[]>;
  /** DT_RUNPATH, or DT_RPATH where that is missing; `$ORIGIN` is left as it is. */
  runPaths: readonly string[];
}

/** `undefined` for anything but a dynamic ELF file of this machine's byte order that can be read. */
export function readElfLibraries(path: string): ElfLibraries | undefined {
  const file = openSync(path, 'r');
  try {
    const layout = readLayout(file);
    return layout === undefined ? undefined : readDynamic(file, layout);
  } finally {
    closeSync(file);
  }
}

interface Segment {
  type: number;
  offset: number;
  address: number;
  size: number;
}

interface Layout {
  is64: boolean;
  segments: readonly Segment[];
}

const segmentType = { load: 1, dynamic: 2 };
const dynamicTag = {
  needed: 1,
  stringTable: 5,
  rpath: 15,
  runpath: 29,
  versionNeeds: 0x6ffffffe,
  versionNeedCount: 0x6fffffff,
};
const maximumTableBytes = 2 ** 20;
const isLittle = endianness() === 'LE';

function readLayout(file: number): Layout | undefined {
  const header = readAt(file, 0, 64);
  if (header.length < 52 || header.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const is64 = header[4] === 2;
  const hasOurOrder = header[5] === (isLittle ? 1 : 2);
  if (!hasOurOrder || (is64 && header.length < 64)) return undefined;
  const start = is64 ? word(header, 32) : half(header, 28);
  const entrySize = short(header, is64 ? 54 : 42);
  const count = short(header, is64 ? 56 : 44);
  if (entrySize < (is64 ? 56 : 32) || entrySize * count > maximumTableBytes) return undefined;
  const table = readAt(file, start, entrySize * count);
  if (table.length < entrySize * count) return undefined;
  const segments = Array.from({ length: count }, (_, index) => readSegment(table, index * entrySize, is64));
  return { is64, segments };
}

function readSegment(table: Buffer, at: number, is64: boolean): Segment {
  return is64
    ? {
        type: half(table, at),
        offset: word(table, at + 8),
        address: word(table, at + 16),
        size: word(table, at + 32),
      }
    : {
        type: half(table, at),
        offset: half(table, at + 4),
        address: half(table, at + 8),
        size: half(table, at + 16),
      };
}

function readDynamic(file: number, { is64, segments }: Layout): ElfLibraries | undefined {
  const dynamic = segments.find(({ type }) => type === segmentType.dynamic);
  if (dynamic === undefined || dynamic.size > maximumTableBytes) return undefined;
  const table = readAt(file, dynamic.offset, dynamic.size);
  const step = is64 ? 16 : 8;
  const entries: { tag: number; value: number }[] = [];
  for (let at = 0; at + step <= table.length; at += step) {
    const tag = is64 ? word(table, at) : half(table, at);
    if (tag === 0) break;
    entries.push({ tag, value: is64 ? word(table, at + 8) : half(table, at + 4) });
  }
  const first = (wanted: number): number | undefined => entries.find(({ tag }) => tag === wanted)?.value;
  const address = first(dynamicTag.stringTable);
  const strings = address === undefined ? undefined : offsetOf(address, segments);
  if (strings === undefined) return undefined;
  const texts = (wanted: number): string[] =>
    entries.filter(({ tag }) => tag === wanted).map(({ value }) => readText(file, strings + value));
  const paths = texts(dynamicTag.runpath).concat(texts(dynamicTag.rpath))[0] ?? '';
  const needs = first(dynamicTag.versionNeeds);
  const start = needs === undefined ? undefined : offsetOf(needs, segments);
  return {
    needed: texts(dynamicTag.needed),
    versions: readVersions(file, { start, strings, count: first(dynamicTag.versionNeedCount) ?? 0 }),
    runPaths: paths.split(':').filter((path) => path !== ''),
  };
}

interface VersionTable {
  start: number | undefined;
  strings: number;
  count: number;
}

const mostVersions = 4096;
const isWeak = 2;

/** The section `.gnu.version_r`: one record for each library, each with a chain of versions (Elf64_Verneed, _Vernaux). */
function readVersions(file: number, { start, strings, count }: VersionTable): Map<string, string[]> {
  const versions = new Map<string, string[]>();
  let place = start;
  for (let index = 0; place !== undefined && index < Math.min(count, mostVersions); index += 1) {
    const need = readAt(file, place, 16);
    if (need.length < 16) break;
    const names: string[] = [];
    let at = place + half(need, 8);
    for (let left = Math.min(short(need, 2), mostVersions); left > 0; left -= 1) {
      const version = readAt(file, at, 16);
      if (version.length < 16) break;
      if ((short(version, 4) & isWeak) === 0) names.push(readText(file, strings + half(version, 8)));
      at += half(version, 12);
    }
    versions.set(readText(file, strings + half(need, 4)), names.sort());
    place = half(need, 12) === 0 ? undefined : place + half(need, 12);
  }
  return versions;
}

function offsetOf(address: number, segments: readonly Segment[]): number | undefined {
  const segment = segments.find(
    (one) => one.type === segmentType.load && address >= one.address && address < one.address + one.size,
  );
  return segment === undefined ? undefined : address - segment.address + segment.offset;
}

/** The text up to its NUL; sonames are short, search paths may be long. */
function readText(file: number, offset: number): string {
  for (const length of [256, 2 ** 16]) {
    const bytes = readAt(file, offset, length);
    const end = bytes.indexOf(0);
    if (end !== -1) return bytes.toString('utf8', 0, end);
  }
  return '';
}

function readAt(file: number, offset: number, length: number): Buffer {
  if (!Number.isSafeInteger(offset) || length <= 0) return Buffer.alloc(0);
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
}

function short(bytes: Buffer, at: number): number {
  return isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
}

function half(bytes: Buffer, at: number): number {
  return isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}

/** Beyond 2^53 it is no offset in a file: then no safe integer, which `readAt` refuses. */
function word(bytes: Buffer, at: number): number {
  return Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
}
