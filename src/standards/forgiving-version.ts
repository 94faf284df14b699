// A version for every text: what pkg_resources sorts by where PEP 440 has no reading (Distribution.hashcmp).

import { parseVersion, tryParseVersion, type Version } from './version.ts';

/**
 * The version, or the one that pkg_resources puts in place of a text that is none: the numbers it begins with, as a
 * development release, with the rest as its local part.
 *
 * @example forgivingVersion('0.23ubuntu1').normalized // '0.23.dev0+sanitized.ubuntu1'
 */
export function forgivingVersion(text: string): Version {
  return tryParseVersion(text) ?? parseVersion(sanitize(text.slice(0, longestVersion).replaceAll(' ', '.')));
}

const longestVersion = 4096;

function sanitize(text: string): string {
  const match = /^v?((?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*)/i.exec(text);
  const safe = match?.[1] ?? '0';
  // As pkg_resources cuts: by the length without the `v`.
  const rest = match === null ? text : text.slice(safe.length);
  const segment = rest
    .replaceAll(/[^A-Za-z0-9.]+/g, '-')
    .replaceAll(/-[^A-Za-z0-9]+/g, '-')
    .replaceAll(/\.[^A-Za-z0-9]+/g, '.')
    .replaceAll(/^[.-]+/g, '');
  return `${safe}.dev0+sanitized.${segment}`.replace(/[.-]+$/, '');
}
