// Unpacks an editable wheel (PEP 660) the way `pip install -t` does, as far as zc.buildout keeps it: metadata, `.pth`
// and finder files (easy_install.py, `_copy_metadata`).

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
        return isKept(top) && rest.join('/') !== 'RECORD' ? place : undefined;
      },
      hash: true,
    });
    const direct = `{"dir_info": {"editable": true}, "url": ${JSON.stringify(sourceUrl)}}`;
    writeFileSync(join(target, wheel.distInfo, 'direct_url.json'), direct);
    writeInstallerFiles(target, wheel.distInfo, files);
    const names = new Set(files.map((file) => file.path.split('/', 1)[0] ?? ''));
    return { project: parseCoreMetadata(metadata).name, distInfo: wheel.distInfo, names: [...names] };
  });
}

function isKept(name: string): boolean {
  return /\.(?:dist-info|egg-info|pth)$/.test(name) || /^__editable__.*\.py$/.test(name);
}
