// What a release is called by its version control.

import type { Environment } from '#base';
import { findCheckout } from '../version-control/checkout.ts';

/** The version that the one tag of what is checked out says; `undefined` without one, or with several. */
export async function findReleaseVersion(
  directory: string,
  environment: Environment,
): Promise<string | undefined> {
  const tags = (await findCheckout(directory, environment)?.tags()) ?? [];
  const versions = tags
    .map((tag) => /(?:^|[-/_])v?(\d.*)$/.exec(tag)?.[1] ?? '')
    .filter((text) => text !== '');
  return versions.length === 1 ? versions[0] : undefined;
}
