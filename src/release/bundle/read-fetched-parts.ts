// Which parts a run installed, with the options that their recipes recorded.

import { join } from 'node:path';
import { hideLogins, readInstalledRecords } from '#parts';
import type { FetchedPart } from '../sbom/describe-parts.ts';

/** The parts in the `.installed.cfg` of `directory`, without logins in their options. */
export async function readFetchedParts(directory: string): Promise<FetchedPart[]> {
  const records = await readInstalledRecords(join(directory, '.installed.cfg'));
  return records.parts.map((name) => ({
    name,
    options: Object.fromEntries(
      Object.entries(records.options(name)).map(([option, value]) => [option, hideLogins(value)]),
    ),
  }));
}
