import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttp, type Http } from '#net';
import {
  startIndexServer,
  type IndexServer,
  type IndexServerOptions,
} from '../../test/support/index-server.ts';
import { createIndex } from './create-index.ts';
import type { Candidate, Index } from './index-contract.ts';

let directory: string;
let http: Http;
const servers: IndexServer[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wheel-'));
  http = createHttp({
    offline: false,
    environment: { HOME: directory },
    report: () => undefined,
    retries: 0,
  });
});

afterEach(async () => {
  await http.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
  rmSync(directory, { recursive: true });
});

const metadata = `Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n\n${'Long text. '.repeat(50)}`;
const filename = 'demo-1.0-py3-none-any.whl';

/** A zip archive; entries in order, so that METADATA can lie far from the end. */
function zip(entries: readonly (readonly [string, Buffer])[]): Buffer {
  const parts: Buffer[] = [];
  const directoryParts: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of entries) {
    const packed = deflateRawSync(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), fields, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directoryParts.push(Buffer.from('PK\u0001\u0002\u0014\u0000'), fields, tail, Buffer.from(name));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directoryParts);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

function noise(size: number): Buffer {
  return Buffer.from(
    Array.from({ length: size }, (_, index) => (index * 7919 + (index >> 3) * 104729) % 251),
  );
}

function wheel(where: 'near' | 'far'): Buffer {
  const entry = ['demo-1.0.dist-info/METADATA', Buffer.from(metadata)] as const;
  const code = Array.from({ length: 60 }, (_, index) => [`demo/part${index}.py`, noise(3000)] as const);
  return zip(where === 'near' ? [...code, entry] : [entry, ...code]);
}

async function openIndex(
  options: Partial<IndexServerOptions> = {},
): Promise<{ index: Index; server: IndexServer }> {
  const server = await startIndexServer({ directory, ...options });
  servers.push(server);
  const index = createIndex({
    indexUrl: server.indexUrl,
    findLinks: [],
    allowHosts: [],
    http: () => http,
    offline: false,
    report: () => undefined,
  });
  return { index, server };
}

async function onlyCandidate(index: Index): Promise<Candidate> {
  const [candidate] = await index.candidates('demo');
  if (candidate === undefined) throw new Error('no candidate');
  return candidate;
}

test.each([
  ['near', 1],
  ['far', 2],
] as const)('reads METADATA %s the end by %i ranges', async (where, requests) => {
  writeFileSync(join(directory, filename), wheel(where));
  const { index, server } = await openIndex();
  const candidate = await onlyCandidate(index);
  const [text] = await Promise.all([index.readMetadata(candidate), index.readMetadata(candidate)]);
  expect(text).toBe(metadata);
  const ranges = server.requests.filter((request) => request.path.startsWith('/files/'));
  expect(ranges.map((request) => request.status)).toEqual(Array.from({ length: requests }, () => 206));
});

test('reads a central directory that is longer than the first range', async () => {
  const many = Array.from(
    { length: 900 },
    (_, index) => [`demo/${'n'.repeat(60)}${index}.py`, noise(300)] as const,
  );
  writeFileSync(
    join(directory, filename),
    zip([['demo-1.0.dist-info/METADATA', Buffer.from(metadata)], ...many]),
  );
  const { index } = await openIndex();
  expect(await index.readMetadata(await onlyCandidate(index))).toBe(metadata);
});

test('takes the sibling and checks its hash', async () => {
  writeFileSync(join(directory, filename), 'no archive at all');
  writeFileSync(join(directory, `${filename}.metadata`), metadata);
  const { index, server } = await openIndex({ format: 'json' });
  const candidate = await onlyCandidate(index);
  expect(await index.readMetadata(candidate)).toBe(metadata);
  expect(server.paths()).toEqual(['/simple/demo/', `/files/${filename}.metadata`]);
  const wrong = await openIndex({ format: 'json' });
  const other = await onlyCandidate(wrong.index);
  wrong.server.addFault({ path: '.metadata', body: 'Name: other' });
  await expect(wrong.index.readMetadata(other)).rejects.toMatchObject({ code: 'HASH_MISMATCH' });
});

test('knows nothing when the server has no ranges or the archive is broken', async () => {
  writeFileSync(join(directory, filename), wheel('far'));
  const without = await openIndex({ ranges: false });
  expect(await without.index.readMetadata(await onlyCandidate(without.index))).toBeUndefined();
  const archive = wheel('far');
  archive.fill(0, 60, 200);
  writeFileSync(join(directory, filename), archive);
  const broken = await openIndex();
  expect(await broken.index.readMetadata(await onlyCandidate(broken.index))).toBeUndefined();
});

test('reads wheels on this machine, and nothing of sdists', async () => {
  writeFileSync(join(directory, filename), wheel('far'));
  writeFileSync(join(directory, 'demo-2.0.tar.gz'), '');
  const index = createIndex({
    indexUrl: directory,
    findLinks: [],
    allowHosts: [],
    http: () => http,
    offline: true,
    report: () => undefined,
  });
  const candidates = await index.candidates('demo');
  const texts = await Promise.all(candidates.map(async (candidate) => index.readMetadata(candidate)));
  expect(texts).toEqual([metadata, undefined]);
});
