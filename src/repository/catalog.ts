// What there is, as data: for the JSON API and for web pages. Reading only; lists leave out what a reader may not see.

import { parseCoreMetadata, type CoreMetadata } from '#standards';
import type { Core } from './core.ts';
import { findProject } from './operations/find-release.ts';
import type { ProjectSummary } from './records/project-records.ts';
import type { Channel, FileRecord, ProjectRecord } from './repository-contract.ts';

export type Covers = (project: string) => boolean;

export interface VersionSummary {
  version: string;
  /** `release` when all its files are released, `staging` when none is, else `mixed`. */
  channel: Channel | 'mixed';
  /** The reason of the first yanked file; `''` when none was given. Only when all its files are yanked. */
  yanked?: string;
  files: readonly FileRecord[];
}

export interface ProjectDescription extends ProjectRecord {
  /** Newest first. */
  versions: readonly VersionSummary[];
}

export interface Catalog {
  projects(covers?: Covers): readonly ProjectSummary[];
  /** Fails with REPOSITORY_NOT_FOUND. */
  project(name: string): ProjectDescription;
  recent(limit: number, channel?: Channel, covers?: Covers): readonly FileRecord[];
  /** What waits for its promotion, by project and version. */
  staged(covers?: Covers): readonly (VersionSummary & { project: string })[];
  /** Core metadata of a file: summary, description, requirements. It is a stranger's text: escape and sanitise it. */
  metadata(file: FileRecord): CoreMetadata | undefined;
}

export function createCatalog(core: Core): Catalog {
  const { files, projects } = core.records;
  const all: Covers = () => true;
  return {
    projects: (covers = all) => projects.list().filter(({ name }) => covers(name)),
    project: (name) => {
      const project = findProject(core, name);
      return { ...project, versions: groupVersions(files.ofProject(project.id, 'staging')).reverse() };
    },
    recent: (limit, channel, covers = all) =>
      files.recent(limit, channel).filter(({ project }) => covers(project)),
    staged: (covers = all) => {
      const byProject = Map.groupBy(
        files.staged().filter(({ project }) => covers(project)),
        ({ project }) => project,
      );
      return [...byProject].flatMap(([project, files]) =>
        groupVersions(files).map((version) => ({ ...version, project })),
      );
    },
    metadata: ({ metadataHash }) => {
      const content = projects.readMetadata(metadataHash);
      return content === undefined ? undefined : parseCoreMetadata(Buffer.from(content).toString('utf8'));
    },
  };
}

/** In the order of the files, which is that of versions. */
function groupVersions(files: readonly FileRecord[]): VersionSummary[] {
  const groups = Map.groupBy(files, ({ version }) => version);
  return [...groups].map(([version, files]) => {
    const channels = new Set(files.map(({ channel }) => channel));
    const [first = 'staging'] = channels;
    const reasons = files.map(({ yanked }) => yanked);
    const [reason] = reasons;
    return {
      version,
      channel: channels.size > 1 ? 'mixed' : first,
      files,
      ...(reason !== undefined && !reasons.includes(undefined) && { yanked: reason }),
    };
  });
}
