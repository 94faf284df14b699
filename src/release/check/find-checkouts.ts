// Checkouts that a release is made of: the buildout's own and those it develops. Each has to be clean and tagged, or
// the tag it is going to get must be free.

import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { BuildError } from '#base';
import { isWithin } from '../paths.ts';
import type { CheckContext } from './check-context.ts';
import type { Finding } from './finding.ts';
import { findCheckout, type Checkout } from '../version-control/checkout.ts';

export async function findCheckouts(context: CheckContext, tag: string | undefined): Promise<Finding[]> {
  const { survey, environment } = context;
  const developed = survey.develop.filter(({ action }) => action !== 'delete').map(({ path }) => path);
  const checkouts = [survey.directory, ...developed].flatMap(
    (directory) => findCheckout(directory, environment) ?? [],
  );
  const byRoot = new Map(checkouts.map((checkout) => [checkout.root, checkout]));
  const findings: Finding[] = [];
  for (const checkout of byRoot.values()) {
    const isOwn = isWithin(checkout.root, survey.directory);
    findings.push(...(await examine(checkout, context, isOwn ? tag : undefined)));
  }
  return findings;
}

/** What differs from the commit, without what `isProduct` says a run or a build made. */
export async function examineChanges(
  checkout: Checkout,
  isProduct: (path: string) => boolean,
): Promise<Finding[]> {
  const changes = (await checkout.changes()).map((name) => join(checkout.root, name));
  return describeChanges(
    changes.filter((path) => !isProduct(path)),
    checkout,
  );
}

async function examine(
  checkout: Checkout,
  context: CheckContext,
  tag: string | undefined,
): Promise<Finding[]> {
  const { root, kind } = checkout;
  try {
    const changes = await examineChanges(checkout, createProductFilter(context));
    return [...changes, ...(await examineTags(checkout, tag))];
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    const message = `the ${kind} checkout \`${root}\` could not be examined: ${error.message}`;
    return [{ code: 'unknown-checkout', message, where: { file: root } }];
  }
}

async function examineTags(checkout: Checkout, tag: string | undefined): Promise<Finding[]> {
  const { root, kind } = checkout;
  const where = { file: root };
  if (tag !== undefined) {
    if (!(await checkout.hasTag(tag))) return [];
    return [{ code: 'tag-exists', message: `the tag \`${tag}\` exists already in \`${root}\``, where }];
  }
  if ((await checkout.tags()).length > 0) return [];
  return [{ code: 'untagged-checkout', message: `the ${kind} checkout \`${root}\` has no tag`, where }];
}

const mostChanges = 20;

function describeChanges(changes: readonly string[], { root, kind }: Checkout): Finding[] {
  const findings = changes.slice(0, mostChanges).map((file): Finding => {
    const what = existsSync(file) ? 'is not committed as it is' : 'is committed and gone';
    return {
      code: 'dirty-checkout',
      message: `\`${relative(root, file)}\` ${what} (${kind})`,
      where: { file },
    };
  });
  const rest = changes.length - mostChanges;
  if (rest <= 0) return findings;
  const message = `${rest} more files of \`${root}\` are not committed as they are (${kind})`;
  return [...findings, { code: 'dirty-checkout', message, where: { file: root } }];
}

/** What a run of the buildout makes is no change of the sources, ignored or not. */
function createProductFilter({ survey, configuration }: CheckContext): (path: string) => boolean {
  const { directory, main } = survey;
  const eggs = configuration.annotated.get('buildout')?.get('eggs-directory')?.value ?? '';
  const names = ['bin-directory', 'parts-directory', 'develop-eggs-directory', 'installed', 'download-cache'];
  const products = [
    ...names.map((name) => main[name] ?? ''),
    eggs,
    main['extends-cache'] ?? '',
    join(directory, '.mr.developer.cfg'),
  ].filter((path) => path !== '');
  return (path) =>
    products.some(
      (product) => isWithin(product, path) || (isWithin(directory, product) && isWithin(path, product)),
    );
}
