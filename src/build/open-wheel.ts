// Opens a wheel and finds its one `.dist-info` directory; what is wrong with a wheel is said the same way everywhere.

import { basename } from 'node:path';
import { openZip, type ZipArchive } from '#archive';
import { BuildError } from '#base';
import { canonicalizeName, parseWheelFilename } from '#standards';

export interface OpenedWheel {
  fileName: string;
  archive: ZipArchive;
  /** `name-1.0.dist-info` */
  distInfo: string;
  /** A text of the `.dist-info` directory, `undefined` when it is not there. */
  metadataText(name: string): string | undefined;
}

/** Runs `action` with the wheel opened, and closes it. Fails with `WHEEL_INVALID`, or as `openZip` does. */
export function withWheel<T>(wheelPath: string, action: (wheel: OpenedWheel) => T): T {
  const fileName = basename(wheelPath);
  const archive = openZip(wheelPath);
  try {
    const distInfo = findDistInfo(archive, fileName);
    const metadataText = (name: string): string | undefined => {
      const entry = archive.find(`${distInfo}/${name}`);
      return entry === undefined ? undefined : archive.read(entry).toString('utf8');
    };
    return action({ fileName, archive, distInfo, metadataText });
  } finally {
    archive.close();
  }
}

export function invalidWheel(fileName: string, what: string): BuildError {
  return new BuildError('WHEEL_INVALID', `The wheel ${fileName} ${what}`, {
    hint: 'the file is damaged or was made by a broken tool; use another version or its source distribution',
  });
}

function findDistInfo(archive: ZipArchive, fileName: string): string {
  const tops = archive.entries.map((entry) => entry.path.split('/', 1)[0] ?? '');
  const found = [...new Set(tops.filter((top) => top.endsWith('.dist-info')))];
  const [distInfo] = found;
  if (distInfo === undefined) throw invalidWheel(fileName, 'has no .dist-info directory');
  if (found.length > 1)
    throw invalidWheel(fileName, `has more than one .dist-info directory: ${found.join(', ')}`);
  const project = parseWheelFilename(fileName)?.project;
  // As in pip (`wheel_dist_info_dir`): a build tag or a version written differently is no reason to refuse.
  if (project !== undefined && !canonicalizeName(distInfo).startsWith(canonicalizeName(project))) {
    throw invalidWheel(fileName, `has the .dist-info directory of another project: ${distInfo}`);
  }
  return distInfo;
}
