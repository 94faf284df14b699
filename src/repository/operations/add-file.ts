// A received file becomes one of the repository's: checked, on the disk, recorded, announced, in this order.

import type { Core } from '../core.ts';
import type { Claims } from '../inspect/check-claims.ts';
import type { InspectedFile } from '../inspect/inspect-distribution.ts';
import type { NameHolder, NewFile } from '../records/file-records.ts';
import { describeByFile, describeProject } from './describe-project.ts';
import { conflict, refusal } from '../refusals.ts';
import type { Actor, Channel, FileRecord } from '../repository-contract.ts';
import type { ReceivedFile } from '../storage/receive-file.ts';

export interface AddFileOrder {
  received: ReceivedFile;
  filename: string;
  claims: Claims;
  /** Digests of the form, in hexadecimal, as far as given. */
  digests: { md5?: string; sha256?: string; blake2?: string };
  channel: Channel;
  /** Other bytes may take the place of a staged file. */
  replace: boolean;
  actor: Actor;
  /** Throws when the actor may not upload to this project (normal name). */
  authorize?: (project: string) => void;
}

/** `same`: these bytes were there under this name already. */
export interface AddedFile {
  outcome: 'added' | 'replaced' | 'same';
  file: FileRecord;
}

/** Zip bombs end here; honest wheels inflate to ten times their size. */
function inflatedLimit(size: number): number {
  return Math.min(16 * 2 ** 30, Math.max(256 * 2 ** 20, size * 100));
}

/**
 * Fails with a refusal (REPOSITORY_REFUSED), with REPOSITORY_CONFLICT when the name has other bytes, or as the disk
 * does; then nothing has changed. The received file is moved away on success, and still there otherwise.
 */
export async function addFile(core: Core, order: AddFileOrder): Promise<AddedFile> {
  const { received, filename, claims, digests } = order;
  checkDigests(order);
  const inspected = await core.inspector.inspect(
    {
      path: received.path,
      filename,
      claims,
      ...(digests.blake2 !== undefined && { blake2: digests.blake2 }),
      limits: { maximumInflatedBytes: inflatedLimit(received.size) },
    },
    received.size,
  );
  order.authorize?.(inspected.name.project);
  const early = decide(core.records.files.holderOf(inspected.name.key), order);
  if (early.action === 'same') return { outcome: 'same', file: fileOf(core, early.holder) };
  return core.holding(received.sha256, () => store(core, order, inspected));
}

async function store(core: Core, order: AddFileOrder, inspected: InspectedFile): Promise<AddedFile> {
  const { received, actor } = order;
  await core.store.adopt(received.path, received.sha256);
  const { added, replacedHash } = await core.records.commit(() => record(core, order, inspected));
  if (replacedHash !== undefined && replacedHash !== received.sha256) core.removeUnused(replacedHash);
  if (added.outcome !== 'same') {
    const { file, outcome } = added;
    core.announce({
      type: 'uploaded',
      project: file.project,
      file,
      replaced: outcome === 'replaced',
      actor: actor.name,
    });
  }
  return added;
}

/** Inside the transaction: decides again, since another upload may have been faster. */
function record(
  core: Core,
  order: AddFileOrder,
  inspected: InspectedFile,
): { added: AddedFile; replacedHash?: string } {
  const { files, projects } = core.records;
  const { name, displayName, metadata, metadataHash } = inspected;
  const now = core.now();
  const project = projects.ensure(name.project, displayName, now);
  if (project.status === 'archived' || project.status === 'quarantined') {
    throw conflict(
      `\`${project.name}\` is ${project.status} and takes no files`,
      'set its status to `active` first',
    );
  }
  const decision = decide(files.holderOf(name.key), order);
  if (decision.action === 'same') return { added: { outcome: 'same', file: fileOf(core, decision.holder) } };
  projects.saveMetadata(metadataHash, metadata);
  const file: NewFile = {
    projectId: project.id,
    filename: order.filename,
    nameKey: name.key,
    version: name.version,
    isLegacy: name.isLegacy,
    kind: name.kind,
    sha256: order.received.sha256,
    size: order.received.size,
    metadataHash,
    channel: order.channel,
    uploader: order.actor.name,
    now,
    ...(inspected.requiresPython !== undefined && { requiresPython: inspected.requiresPython }),
  };
  if (decision.action === 'insert') {
    files.insert(file);
    describeByFile(core.records, project.id, { version: name.version, metadata });
    return { added: { outcome: 'added', file: found(core, file) } };
  }
  files.replace(decision.holder.id, file);
  describeProject(core.records, project.id);
  return {
    added: { outcome: 'replaced', file: found(core, file) },
    replacedHash: decision.holder.sha256,
  };
}

function found(core: Core, { sha256, filename }: { sha256: string; filename: string }): FileRecord {
  const file = core.records.files.find(sha256, filename);
  if (file === undefined) throw new Error(`the record of ${filename} is not there`);
  return file;
}

function fileOf(core: Core, holder: NameHolder): FileRecord {
  return found(core, holder);
}

type Decision = { action: 'insert' } | { action: 'replace' | 'same'; holder: NameHolder };

function decide(holder: NameHolder | undefined, order: AddFileOrder): Decision {
  const { received, filename, channel, replace } = order;
  if (holder === undefined) return { action: 'insert' };
  const shown =
    holder.filename === filename ? `\`${filename}\`` : `\`${filename}\` (as \`${holder.filename}\`)`;
  if (holder.state === 'deleted') {
    if (replace && !holder.wasReleased) return { action: 'replace', holder };
    throw conflict(
      `${shown} was here and has been deleted; a file name is used once`,
      holder.wasReleased
        ? 'give the release a new version'
        : 'it was never released: `clutch publish --replace` may use the name again',
    );
  }
  if (holder.sha256 === received.sha256) {
    // What is staged and comes again for the release channel is released.
    return { action: holder.state === 'staging' && channel === 'release' ? 'replace' : 'same', holder };
  }
  if (holder.state === 'release') {
    throw conflict(
      `${shown} is released with other bytes (sha256 ${holder.sha256}); released files never change`,
      'give the release a new version',
    );
  }
  if (replace) return { action: 'replace', holder };
  throw conflict(
    `${shown} is in staging with other bytes (sha256 ${holder.sha256})`,
    '`clutch publish --replace` replaces a staged file; or give the release a new version',
  );
}

function checkDigests({ received, digests, filename }: AddFileOrder): void {
  for (const [algorithm, field] of [
    ['sha256', 'sha256_digest'],
    ['md5', 'md5_digest'],
  ] as const) {
    const claimed = digests[algorithm];
    if (claimed === undefined || claimed.toLowerCase() === received[algorithm]) continue;
    throw refusal(
      'hash',
      `the form's \`${field}\` is not that of \`${filename}\` as it arrived, which is ${received[algorithm]}`,
      'send it again; when it stays, something between changes the bytes',
    );
  }
}
