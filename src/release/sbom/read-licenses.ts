// The license of a distribution, as its metadata declares it: an SPDX expression (PEP 639), else a short text, else what
// its classifiers say.

import type { CoreMetadata } from '#standards';
import type { Licenses } from './cyclonedx.ts';

const longestName = 100;

/** `undefined` when nothing is declared that names a license. */
export function readLicenses({ headers }: CoreMetadata): Licenses | undefined {
  const field = (name: string): string => (headers.get(name)?.[0] ?? '').trim();
  const expression = field('license-expression');
  if (expression !== '') return [{ expression }];
  const text = field('license');
  if (text !== '' && text.length <= longestName && !text.includes('\n') && !/^unknown$/i.test(text)) {
    return [{ license: { name: text } }];
  }
  const names = (headers.get('classifier') ?? [])
    .map((line) => /^\s*License\s*::\s*(?:.*::\s*)?(.+?)\s*$/.exec(line)?.[1] ?? '')
    .filter((name) => name !== '' && name !== 'OSI Approved');
  return names.length === 0 ? undefined : [...new Set(names)].map((name) => ({ license: { name } }));
}
