// Writes the archive of a source release. Compressing Node takes seconds, and it is the same in every release: what became
// of it is kept.

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createTarStream, gzipFile, type NewMember } from '#archive';
import { hashBytes, type Report } from '#base';
import type { EggCache } from '#store';
import { publishArchive } from '../publish-archive.ts';
import type { Compress } from './program-files.ts';

/** Writes `output` and gives its size in bytes; tells how far it is. */
export function packArchive(members: readonly NewMember[], output: string, report: Report): Promise<number> {
  const totalBytes = members.reduce((total, { size }) => total + size, 0);
  report({ type: 'phase', phase: `Packing ${basename(output)}`, totalBytes });
  const told = members.map((member): NewMember => {
    const done = (): void => report({ type: 'phase-bytes', bytes: member.size });
    const { gzipped, read } = member;
    if (gzipped === undefined) return { ...member, read: () => (done(), read()) };
    return { ...member, gzipped: () => gzipped().finally(done) };
  });
  return publishArchive(createTarStream(told, 'gzip'), output);
}

/** Compresses a file once for a machine that keeps an egg cache. */
export function compressOnce(eggCache: EggCache | undefined): Compress {
  return async (sha256, file) => {
    const key = hashBytes(`gzip ${process.versions.zlib} ${sha256}`);
    const [kept] = eggCache?.releases.find(key)?.files ?? [];
    const path = kept === undefined ? undefined : eggCache?.files.find(kept.sha256);
    if (path !== undefined) return readFileSync(path);
    const bytes = await gzipFile(file);
    const stored = { path: 'node.gz', sha256: hashBytes(bytes) };
    eggCache?.files.addBytes(bytes, stored.sha256);
    eggCache?.releases.save(key, { resolved: '', files: [stored] });
    return bytes;
  };
}
