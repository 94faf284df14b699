// The archive of a bundle: one top directory, sorted, owner 0, one time, modes of the tree; it appears whole or not at
// all.

import { collectMembers, createTarStream, type NewMember } from '#archive';
import { fixedMtime } from '#store';
import { publishArchive } from '../publish-archive.ts';

export interface ArchiveOptions {
  output: string;
  compression: 'zstd' | 'gzip';
  /** The name of the top directory. */
  top: string;
  /** Directory that becomes `tree/`. */
  tree: string;
  /** Files beside it. */
  beside: readonly NewMember[];
  onBytes?: (bytes: number) => void;
}

/** Writes it and gives its size in bytes. */
export async function writeArchive(options: ArchiveOptions): Promise<number> {
  const { output, top, compression, onBytes } = options;
  const tree = collectMembers(options.tree, `${top}/tree`).map((member) => asInTree(member, onBytes));
  const beside = options.beside.map((member) => ({ ...member, path: `${top}/${member.path}` }));
  const directory = {
    path: top,
    kind: 'directory' as const,
    mode: 0o755,
    size: 0,
    read: () => new Uint8Array(),
  };
  const archive = createTarStream([directory, ...beside, ...tree], compression, {
    mtime: fixedMtime,
    small: true,
  });
  return publishArchive(archive, output);
}

/** Modes as docs/releases.md ("Trees") has them. */
function asInTree(member: NewMember, onBytes: ((bytes: number) => void) | undefined): NewMember {
  if (member.kind !== 'file') return member;
  const read = (): Uint8Array => {
    onBytes?.(member.size);
    return member.read();
  };
  return { ...member, mode: member.mode === 0o755 ? 0o555 : 0o444, read };
}
