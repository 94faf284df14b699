// What may happen to files after their upload: promoted, yanked, deleted. Each is one transaction, announced when it is
// on the disk.

import type { Core } from '../core.ts';
import { printable } from '../inspect/distribution-name.ts';
import { badRequest } from '../refusals.ts';
import type { Actor, FileRecord } from '../repository-contract.ts';
import { describeProject } from './describe-project.ts';
import { chooseFiles, findRelease } from './find-release.ts';

export interface ReleaseOrder {
  project: string;
  /** In any spelling. */
  version: string;
  /** One file of it; all when absent. */
  filename?: string;
  actor: Actor;
}

export interface ReleaseResult {
  /** Normal forms. */
  project: string;
  version: string;
  /** The names of the files that changed. */
  files: readonly string[];
}

/** Moves all staged files of a version to the release channel; `files` is empty when all were released before. */
export async function promoteVersion(
  core: Core,
  order: Omit<ReleaseOrder, 'filename'>,
): Promise<ReleaseResult> {
  const result = await core.records.commit(() => {
    const { project, version, files } = findRelease(core, order.project, order.version);
    const staged = files.filter(({ channel }) => channel === 'staging').map(({ filename }) => filename);
    core.records.files.promote(project.id, version, core.now());
    return { project: project.name, version, files: staged };
  });
  if (result.files.length > 0) core.announce({ type: 'promoted', ...result, actor: order.actor.name });
  return result;
}

/** Marks files as yanked (PEP 592), or takes that back when `reason` is `undefined`. */
export async function yankVersion(
  core: Core,
  order: ReleaseOrder,
  reason: string | undefined,
): Promise<ReleaseResult> {
  const text = reason === undefined ? undefined : readReason(reason);
  const result = await core.records.commit(() => {
    const { project, version, files } = findRelease(core, order.project, order.version);
    const chosen = chooseFiles(files, order.filename).filter(({ yanked }) => yanked !== text);
    core.records.files.yank(
      chosen.map(({ id }) => id),
      text,
    );
    return { project: project.name, version, files: chosen.map(({ filename }) => filename) };
  });
  if (result.files.length > 0) {
    const type = text === undefined ? 'unyanked' : 'yanked';
    core.announce({ type, ...result, actor: order.actor.name });
  }
  return result;
}

const longestReason = 500;

/** It goes into attributes and terminals: one line of text. */
function readReason(reason: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(reason) || reason.length > longestReason) {
    throw badRequest(`The reason \`${printable(reason)}\` is no line of at most ${longestReason} characters`);
  }
  return reason.trim();
}

/** Takes files away for good: their names are never used again once they were released. */
export async function deleteVersion(core: Core, order: ReleaseOrder): Promise<ReleaseResult> {
  const deleted = await core.records.commit(() => {
    const { project, version, files } = findRelease(core, order.project, order.version);
    const chosen = chooseFiles(files, order.filename);
    core.records.files.remove(
      chosen.map(({ id }) => id),
      core.now(),
    );
    describeProject(core.records, project.id);
    return { project: project.name, version, files: chosen };
  });
  core.announce({ type: 'deleted', ...deleted, actor: order.actor.name });
  // Only now: a file without a record is nothing, a record without a file would be a lie.
  for (const { sha256 } of deleted.files) core.removeUnused(sha256);
  return { ...deleted, files: deleted.files.map(({ filename }: FileRecord) => filename) };
}
