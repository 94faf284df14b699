// Unpacks an editable wheel (PEP 660) the way `pip install -t` does, as far as zc.buildout keeps it: metadata, `.pth`
// and finder files (easy_install.py, `_copy_metadata`).

import { mkdirSync } from 'node:fs';
import { extractZip } from '#archive';
import { parseCoreMetadata } from '#standards';
import { writeInstallerFiles } from './installer-files.ts';
import { invalidWheel, withWheel } from './open-wheel.ts';

export interface EditableWheel {
  project: string;
  distInfo: string;
  /** What now lies in the target. */
  names: readonly string[];
}

/** Unpacks `wheelPath` into `target`; `sourceUrl` is what its direct_url.json (PEP 610) names. */
export function unpackEditableWheel(wheelPath: string, target: string, sourceUrl: string): EditableWheel {
  return withWheel(wheelPath, (wheel) => {
    const metadata = wheel.metadataText('METADATA');
    if (metadata === undefined) throw invalidWheel(wheel.fileName, 'has no METADATA');
    mkdirSync(target, { recursive: true });
    const files = extractZip(wheel.archive, target, {
      rename: (path) => {
        const place = path.replace(/^[^/]+\.data\/(?:purelib|platlib)\//, '');
        const [top = '', ...rest] = place.split('/');
        return isKept(top) && !installerFiles.has(rest.join('/')) ? place : undefined;
      },
      hash: true,
    });
    const directUrl = `{"dir_info": {"editable": true}, "url": ${JSON.stringify(sourceUrl)}}`;
    writeInstallerFiles(target, { distInfo: wheel.distInfo, files, directUrl });
    const names = new Set(files.map((file) => file.path.split('/', 1)[0] ?? ''));
    return { project: parseCoreMetadata(metadata).name, distInfo: wheel.distInfo, names: [...names] };
  });
}

/** pip writes these itself. */
const installerFiles = new Set(['RECORD', 'INSTALLER', 'REQUESTED', 'direct_url.json']);

function isKept(name: string): boolean {
  return /\.(?:dist-info|egg-info|pth)$/.test(name) || /^__editable__.*\.py$/.test(name);
}
