// `release tag`: the check first, then a tag of exactly what was checked.

import { BuildError } from '#base';
import type { BuildoutOptions } from '#parts';
import { checkRelease, type CheckOptions } from '../check/check-release.ts';
import type { Finding, FindingCode } from '../check/finding.ts';
import { findCheckout, type Checkout } from '../version-control/checkout.ts';

export interface TagRequest extends CheckOptions {
  tag: string;
  /** Kinds of findings that do not stand against it. */
  allowed: ReadonlySet<FindingCode>;
}

export interface TagPlan {
  checkout: Checkout;
  revision: string;
  /** What stands against it; nothing is tagged unless this is empty. */
  findings: readonly Finding[];
}

/** Looks only. Fails with `RELEASE_NO_CHECKOUT` when the buildout lies in no checkout. */
export async function planTag(options: BuildoutOptions, request: TagRequest): Promise<TagPlan> {
  const { directory } = options.configuration;
  const checkout = requireCheckout(directory, options);
  const { findings } = await checkRelease(options, request);
  return {
    checkout,
    revision: await checkout.revision(),
    findings: findings.filter(({ code }) => !request.allowed.has(code)),
  };
}

export function requireCheckout(
  directory: string,
  { environment }: Pick<BuildoutOptions, 'environment'>,
): Checkout {
  const checkout = findCheckout(directory, environment);
  if (checkout !== undefined) return checkout;
  throw new BuildError('RELEASE_NO_CHECKOUT', `\`${directory}\` is no checkout of git, hg or svn`, {
    hint: 'a tag names what is committed: put the directory under version control first',
  });
}
