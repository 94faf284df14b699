// Reads a tar archive (plain or compressed) as a stream of admitted members, and writes nothing: what extracting and
// inspecting share. modern-tar reads the headers, our policy decides, and nothing is held in memory but a chunk.

import { BuildError } from '#base';
import type { ParsedTarEntry } from 'modern-tar';
import { decompress } from './decompress.ts';
import { pathInsideTree, type ExtractionLimits, type MemberKind } from './extraction-policy.ts';
import { damagedArchive, refuseArchive } from './refuse-archive.ts';

/** A member whose name was checked and whose kind is one of ours; its visitor must read or cancel `body`. */
export interface TarMember {
  header: ParsedTarEntry['header'];
  body: ParsedTarEntry['body'];
  kind: MemberKind;
  /** Inside the tree; empty for the root. */
  path: string;
}

export interface WalkTarOptions {
  /** How messages call the archive. */
  archive: string;
  limits: ExtractionLimits;
}

/** Hands every member to `visit`, in order. Fails with ARCHIVE_REFUSED, ARCHIVE_DAMAGED, or what `visit` throws. */
export async function walkTar(
  path: string,
  { archive, limits }: WalkTarOptions,
  visit: (member: TarMember) => Promise<void>,
): Promise<void> {
  const { createTarDecoder } = await import('modern-tar');
  const bytes = ReadableStream.from(limited(path, archive, limits));
  const entries = bytes.pipeThrough(createTarDecoder({ strict: true }));
  try {
    for await (const { header, body } of entries) {
      const kind = kindOf(archive, header);
      await visit({ header, body, kind, path: pathInsideTree(archive, header.name) });
    }
  } catch (error) {
    if (error instanceof BuildError || !isDecoderError(error)) throw error;
    damagedArchive(archive, error.message.replace(/\.$/, ''), error);
  }
}

/** modern-tar and zlib say what is wrong with the bytes; an error of the file system has a `syscall`. */
function isDecoderError(error: unknown): error is Error {
  return error instanceof Error && !('syscall' in error);
}

/** A tar's headers and padding count too: nobody unpacks zeros for ever. */
async function* limited(path: string, archive: string, limits: ExtractionLimits): AsyncGenerator<Uint8Array> {
  const most = limits.maximumBytes + limits.maximumEntries * 4096;
  let total = 0;
  for await (const chunk of decompress(path)) {
    total += chunk.length;
    if (total > most) refuseArchive(archive, `it inflates to more than ${most} bytes`);
    yield chunk;
  }
}

const kinds: Readonly<Record<string, MemberKind>> = {
  file: 'file',
  directory: 'directory',
  symlink: 'symlink',
  link: 'hardlink',
};

function kindOf(archive: string, header: ParsedTarEntry['header']): MemberKind {
  const kind = kinds[header.type ?? 'file'];
  if (kind === undefined) refuseArchive(archive, `\`${header.name}\` is a ${header.type}`);
  const sparse = Object.keys(header.pax ?? {}).some((key) => key.startsWith('GNU.sparse'));
  if (sparse) refuseArchive(archive, `\`${header.name}\` is a sparse file`);
  return kind;
}
