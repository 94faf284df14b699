// Looks into a tar archive as extracting it would, without writing anything: every name, link and size is checked by
// the same policy, and the bytes of a few wanted files come back.

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import {
  createAdmission,
  defaultLimits,
  pathInsideTree,
  type ExtractionLimits,
} from './extraction-policy.ts';
import { refuseArchive } from './refuse-archive.ts';
import { walkTar, type TarMember } from './walk-tar.ts';

export interface InspectTarOptions {
  /** How messages call it; the file's name when absent. */
  name?: string;
  limits?: Partial<ExtractionLimits>;
  /** Files whose bytes are wanted, by path inside the tree. */
  wants: (path: string) => boolean;
  /** Of one wanted file; a longer one refuses the archive. */
  maximumWantedBytes: number;
}

export interface InspectedTar {
  /** Paths of files and links inside the tree, in order, each once. */
  paths: readonly string[];
  contents: ReadonlyMap<string, Buffer>;
}

/** Reads the archive to its end. Fails with ARCHIVE_REFUSED or ARCHIVE_DAMAGED as extracting it would. */
export async function inspectTar(path: string, options: InspectTarOptions): Promise<InspectedTar> {
  const archive = options.name ?? basename(path);
  const limits = { ...defaultLimits, ...options.limits };
  const admission = createAdmission(archive, { limits, repeatedNames: true });
  const files = new Map<string, string>();
  const links = new Map<string, string>();
  const contents = new Map<string, Buffer>();

  async function visit({ header, body, kind, path }: TarMember): Promise<void> {
    admission.admit({ name: path === '' ? '.' : path, kind, size: header.size });
    if (kind === 'file') {
      if (links.has(path)) refuseArchive(archive, `\`${path}\` is a link and a file`);
      const { digest, content } = await readBody(body, options.wants(path));
      if ((files.get(path) ?? digest) !== digest) {
        refuseArchive(archive, `it has two different files named \`${path}\``);
      }
      files.set(path, digest);
      if (content !== undefined) contents.set(path, content);
      return;
    }
    await body.cancel();
    if (kind === 'symlink') {
      const text = admission.admitLink(path, header.linkname ?? '');
      if (files.has(path) || (links.get(path) ?? text) !== text) {
        refuseArchive(archive, `the name \`${path}\` occurs twice`);
      }
      links.set(path, text);
    } else if (kind === 'hardlink') addHardLink(path, header.linkname ?? '');
  }

  function addHardLink(path: string, linkName: string): void {
    const digest = files.get(pathInsideTree(archive, linkName));
    if (digest === undefined) {
      refuseArchive(archive, `the link \`${path}\` points to \`${linkName}\`, which is no file before it`);
    }
    if ((files.get(path) ?? digest) !== digest || links.has(path)) {
      refuseArchive(archive, `the name \`${path}\` occurs twice`);
    }
    files.set(path, digest);
  }

  async function readBody(
    body: TarMember['body'],
    isWanted: boolean,
  ): Promise<{ digest: string; content?: Buffer }> {
    const hash = createHash('sha256');
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of body) {
      hash.update(piece);
      size += piece.length;
      if (!isWanted) continue;
      if (size > options.maximumWantedBytes) {
        refuseArchive(archive, `a metadata file in it is larger than ${options.maximumWantedBytes} bytes`);
      }
      pieces.push(piece);
    }
    const digest = hash.digest('hex');
    return isWanted ? { digest, content: Buffer.concat(pieces, size) } : { digest };
  }

  await walkTar(path, { archive, limits }, visit);
  return { paths: [...files.keys(), ...links.keys()], contents };
}
