// What may happen to a name: reserved, so that nothing of that name ever comes from upstream, and given a status.

import type { Core } from '../core.ts';
import { printable } from '../inspect/distribution-name.ts';
import { badRequest } from '../refusals.ts';
import type { Actor, ProjectStatus } from '../repository-contract.ts';
import { findProject, readProjectName } from './find-release.ts';

/** From now on the name is ours, with or without files. */
export async function reserveName(core: Core, name: string, actor: Actor): Promise<string> {
  const normal = readProjectName(name);
  await core.records.commit(() => core.records.projects.reserve(normal, name, core.now()));
  core.announce({ type: 'reserved', project: normal, actor: actor.name });
  return normal;
}

/** The name may come from upstream again, unless it has (or had) a file here. */
export async function unreserveName(core: Core, name: string, actor: Actor): Promise<string> {
  const { name: normal } = findProject(core, name);
  await core.records.commit(() => core.records.projects.release(normal));
  core.announce({ type: 'unreserved', project: normal, actor: actor.name });
  return normal;
}

const statuses: readonly ProjectStatus[] = ['active', 'archived', 'deprecated', 'quarantined'];

/** Sets the status that PEP 792 shows to clients; uploads to an archived or quarantined project are refused. */
export async function setProjectStatus(
  core: Core,
  order: { project: string; status: string; reason?: string; actor: Actor },
): Promise<ProjectStatus> {
  const { name } = findProject(core, order.project);
  const status = statuses.find((known) => known === order.status);
  if (status === undefined) {
    throw badRequest(`\`${printable(order.status)}\` is no status: ${statuses.join(', ')}`);
  }
  await core.records.commit(() => core.records.projects.setStatus(name, status, order.reason));
  core.announce({ type: 'status', project: name, actor: order.actor.name });
  return status;
}
