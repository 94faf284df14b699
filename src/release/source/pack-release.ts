// The members of a source release: the project's files, all distributions and downloads with a list of their hashes,
// clutch, and `install.py`.

import { collectMembers, memberOf, type NewMember } from '#archive';
import { hashBytes, hashFile, isTemporaryName } from '#base';
import { formatInstaller, type InstallerFacts } from './format-installer.ts';
import type { Project } from './open-project.ts';
import { collectProgram, type Compress } from './program-files.ts';

export interface ReleaseContents extends Omit<InstallerFacts, 'sums'> {
  project: Project;
  /** The filled download cache. */
  cache: string;
  compress: Compress;
}

const folder = 'release-distributions';

/** Everything below `NAME/`. */
export function packRelease(contents: ReleaseContents): NewMember[] {
  const { name, project, cache, compress, withNode } = contents;
  const files = project.members(name);
  const carried = [
    ...collectMembers(cache, '', (path) => isTemporaryName(path.slice(path.lastIndexOf('/') + 1))),
    ...collectProgram('clutch', withNode ? compress : undefined),
  ];
  const sums = formatSums(carried);
  const installer = formatInstaller({ ...contents, sums: hashBytes(sums) });
  return [
    ...withoutOurs(files, name),
    ...below(`${name}/${folder}`, carried),
    memberOf(`${name}/${folder}/SHA256SUMS`, sums),
    memberOf(`${name}/install.py`, installer),
  ];
}

/** As `sha256sum` writes it: `sha256sum -c` in the directory compares all. */
function formatSums(members: readonly NewMember[]): string {
  return members
    .filter(({ kind }) => kind === 'file')
    .map(
      ({ path, source, read }) => `${source === undefined ? hashBytes(read()) : hashFile(source)}  ${path}\n`,
    )
    .sort()
    .join('');
}

function below(prefix: string, members: readonly NewMember[]): NewMember[] {
  const directory: NewMember = {
    path: prefix,
    kind: 'directory',
    mode: 0o755,
    size: 0,
    read: () => new Uint8Array(),
  };
  return [directory, ...members.map((member) => ({ ...member, path: `${prefix}/${member.path}` }))];
}

/** A release of a release: ours take the place of what was there. */
function withoutOurs(members: readonly NewMember[], name: string): NewMember[] {
  const ours = [`${name}/install.py`, `${name}/${folder}`];
  return members.filter(({ path }) => !ours.some((own) => path === own || path.startsWith(`${own}/`)));
}
