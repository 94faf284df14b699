// Development links that come by the API.

import { canonicalizeName } from '#standards';
import type { Core } from '../core.ts';
import { readLink } from '../development/read-link.ts';
import { notFound } from '../refusals.ts';
import type { Actor, DevelopmentLink } from '../repository-contract.ts';
import { readProjectName } from './find-release.ts';

/** Fails with LINK_REFUSED when it is none, or has a login in it. */
export async function saveLink(
  core: Core,
  order: { name: string; url: string; actor: Actor },
): Promise<DevelopmentLink> {
  const link = readLink({ name: order.name, url: order.url, source: 'api' });
  const name = canonicalizeName(link.name);
  const stored = { name, displayName: link.name, url: link.url, creator: order.actor.name };
  await core.records.commit(() => core.records.links.save(stored, core.now()));
  core.announce({ type: 'links', project: name, actor: order.actor.name });
  return link;
}

export async function removeLink(core: Core, name: string, actor: Actor): Promise<void> {
  const normal = readProjectName(name);
  if (!(await core.records.commit(() => core.records.links.remove(normal)))) {
    throw notFound(
      `There is no link for \`${normal}\` that came by the API`,
      'those of files go with their lines',
    );
  }
  core.announce({ type: 'links', project: normal, actor: actor.name });
}
