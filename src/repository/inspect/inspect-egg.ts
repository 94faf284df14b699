// An egg file: a zip with EGG-INFO/PKG-INFO, of setuptools today or of 2008. It has no RECORD, so every member's own
// checksum is read instead.

import type { ZipArchive } from '#archive';
import { refusal } from '../refusals.ts';
import { asRefusal } from './open-archive.ts';
import { maximumMetadataBytes } from './read-metadata.ts';

const where = 'EGG-INFO/PKG-INFO';

/** The bytes of PKG-INFO. Fails with a refusal. */
export function inspectEgg(archive: ZipArchive): { metadata: Buffer; where: string } {
  const entry = archive.find(where);
  if (entry === undefined) throw refusal('egg', `it has no \`${where}\``);
  if (entry.size > maximumMetadataBytes) {
    throw refusal('egg', `its \`${where}\` is larger than ${maximumMetadataBytes} bytes`);
  }
  for (const member of archive.entries) {
    if (member.kind === 'file') asRefusal('zip', () => archive.read(member));
  }
  return { metadata: asRefusal('zip', () => archive.read(entry)), where };
}
