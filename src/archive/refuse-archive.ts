// The two ways to say no to an archive: it is hostile (or made as only a hostile one would be), or it is damaged.

import { BuildError } from '#base';

/** `archive` is the name the user knows; `reason` continues "is refused: ". */
export function refuseArchive(archive: string, reason: string): never {
  throw new BuildError('ARCHIVE_REFUSED', `Archive \`${archive}\` is refused: ${reason}`, {
    hint: 'nothing of it was used; ask its author for a proper file',
    where: { file: archive },
  });
}

/** `reason` continues "is damaged: ". */
export function damagedArchive(archive: string, reason: string, cause?: unknown): never {
  throw new BuildError('ARCHIVE_DAMAGED', `Archive \`${archive}\` is damaged: ${reason}`, {
    hint: 'fetch the file again; if it comes from a download cache, delete it there first',
    where: { file: archive },
    cause,
  });
}
