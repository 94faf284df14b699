// Wheels (and other archives) that are valid unless told otherwise: each part can be replaced by a lie.

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { rawZip, type RawEnd, type RawEntry } from './raw-zip.ts';

export interface RawWheel {
  name?: string;
  version?: string;
  /** Of the file's name and of WHEEL. */
  tag?: string;
  /** The text of METADATA, WHEEL and RECORD instead of the true one; `null` leaves the file out. */
  metadata?: string | Buffer | null;
  wheel?: string | null;
  record?: string | null;
  distInfo?: string;
  /** Lines of METADATA after the name and version. */
  headers?: readonly string[];
  /** More members; in RECORD too. */
  entries?: readonly RawEntry[];
  /** Members that RECORD does not know. */
  hidden?: readonly RawEntry[];
  /** The last word on every member. */
  change?: (entry: RawEntry) => RawEntry;
  end?: RawEnd;
}

export const wheelName = ({ name = 'demo', version = '1.0', tag = 'py3-none-any' }: RawWheel = {}): string =>
  `${name.replaceAll('-', '_')}-${version}-${tag}.whl`;

const digest = (content: string | Buffer): string => createHash('sha256').update(content).digest('base64url');

/** The bytes of a wheel. */
export function rawWheel(wheel: RawWheel = {}): Buffer {
  const { name = 'demo', version = '1.0', tag = 'py3-none-any', headers = [] } = wheel;
  const directory = wheel.distInfo ?? `${name.replaceAll('-', '_')}-${version}.dist-info`;
  const metadata =
    wheel.metadata === undefined
      ? ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`, ...headers, '', 'Text.', ''].join(
          '\n',
        )
      : wheel.metadata;
  const about =
    wheel.wheel === undefined
      ? `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tag}\n`
      : wheel.wheel;
  const named: RawEntry[] = [
    { name: `${name.replaceAll('-', '_')}.py`, content: 'x = 1\n' },
    ...(wheel.entries ?? []),
    ...(metadata === null ? [] : [{ name: `${directory}/METADATA`, content: metadata }]),
    ...(about === null ? [] : [{ name: `${directory}/WHEEL`, content: about }]),
  ];
  const rows = named
    .filter(({ name }) => !String(name).endsWith('/'))
    .map(
      ({ name, content = 'x' }) =>
        `${csv(String(name))},sha256=${digest(content)},${Buffer.byteLength(content)}`,
    );
  const record =
    wheel.record === undefined ? [...rows, `${directory}/RECORD,,`, ''].join('\n') : wheel.record;
  const all = [
    ...named,
    ...(wheel.hidden ?? []),
    ...(record === null ? [] : [{ name: `${directory}/RECORD`, content: record }]),
  ];
  return rawZip(wheel.change === undefined ? all : all.map(wheel.change), wheel.end);
}

function csv(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

export interface RawTarMember {
  name: string;
  content?: string;
  /** The type flag: 0 file, 1 hard link, 2 link, 3 device, 5 directory. */
  type?: string;
  link?: string;
  /** What the header says; true when absent. */
  size?: number;
}

/** A gzipped tar of ustar headers, without any check. */
export function rawTarGz(
  members: readonly RawTarMember[],
  { after = Buffer.alloc(0), end = true }: { after?: Buffer; end?: boolean } = {},
): Buffer {
  const blocks = members.flatMap(({ name, content = '', type = '0', link = '', size }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${(size ?? Buffer.byteLength(content)).toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(link, 157, 100);
    header.write('ustar\0', 257);
    header.write('00', 263);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
    body.write(content);
    return [header, body];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(end ? 1024 : 0), after]));
}
