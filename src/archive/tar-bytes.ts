// The bytes of a tar archive, uncompressed: owner 0, one fixed time, the modes that the members have.

import type { TarHeader, TarPackController } from 'modern-tar';
import type { NewMember } from './collect-members.ts';

/** In the order given; members are read one at a time as the bytes are consumed. `mtime` in seconds since 1970. */
export async function* tarBytes(members: readonly NewMember[], mtime: number): AsyncGenerator<Uint8Array> {
  const { createTarPacker } = await import('modern-tar');
  const { readable, controller } = createTarPacker();
  const writing = writeMembers(members, mtime, controller);
  // Its failure reaches the reader through the stream; this only keeps it from being reported twice.
  writing.catch(() => undefined);
  yield* readable as unknown as AsyncIterable<Uint8Array>;
  await writing;
}

async function writeMembers(
  members: readonly NewMember[],
  mtime: number,
  tar: TarPackController,
): Promise<void> {
  try {
    for (const member of members) {
      const bytes = member.kind === 'directory' ? new Uint8Array() : member.read();
      const writer = tar.add(headerOf(member, bytes, mtime)).getWriter();
      if (member.kind === 'file' && bytes.length > 0) await writer.write(bytes);
      await writer.close();
    }
    tar.finalize();
  } catch (error) {
    tar.error(error);
    throw error;
  }
}

function headerOf(member: NewMember, bytes: Uint8Array, mtime: number): TarHeader {
  const header: TarHeader = {
    name: member.kind === 'directory' ? `${member.path}/` : member.path,
    type: member.kind,
    size: member.kind === 'file' ? bytes.length : 0,
    mode: member.mode,
    mtime: new Date(mtime * 1000),
    uid: 0,
    gid: 0,
  };
  if (member.kind === 'symlink') header.linkname = Buffer.from(bytes).toString('utf8');
  return header;
}
