// SOURCE_DATE_EPOCH: what time it is in what we make (https://reproducible-builds.org/specs/source-date-epoch/).

import { BuildError, type Environment } from '#base';

/** In seconds; 2020-01-01T00:00:00Z when nobody says: the time must not come from the clock. */
export function readSourceDateEpoch(environment: Environment): number {
  const text = environment['SOURCE_DATE_EPOCH'];
  if (text === undefined || text === '') return Date.UTC(2020, 0, 1) / 1000;
  if (/^\d{1,11}$/.test(text)) return Number(text);
  throw new BuildError('RELEASE_BAD_EPOCH', `SOURCE_DATE_EPOCH is no number of seconds: \`${text}\``);
}
