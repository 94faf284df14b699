// What is out of the ordinary about a version, in a word each.

import type { VersionRow } from '../../records/file-records.ts';
import type { Html } from '../html.ts';
import { badge } from '../layout.ts';

/** None for a version that is simply there. */
export function versionBadges({ files, staged, yanked, isLegacy }: VersionRow): Html[] {
  return [
    ...(staged === files ? [badge('staging', 'wait')] : []),
    ...(staged > 0 && staged < files ? [badge('partly staged', 'wait')] : []),
    ...(yanked === files ? [badge('yanked', 'bad')] : []),
    ...(yanked > 0 && yanked < files ? [badge('partly yanked', 'bad')] : []),
    ...(isLegacy ? [badge('outside PEP 440', 'calm')] : []),
  ];
}
