// What a project's page is made from: its record, the version that is shown, the files and metadata of that one.

import { isPrerelease, tryParseVersion, type CoreMetadata } from '#standards';
import { printable } from '../../inspect/distribution-name.ts';
import { findProject, findRelease } from '../../operations/find-release.ts';
import type { VersionRow } from '../../records/file-records.ts';
import { notFound } from '../../refusals.ts';
import type { FileRecord, ProjectRecord } from '../../repository-contract.ts';
import type { Html } from '../html.ts';
import type { Site } from '../site.ts';
import { describeVersion, type VersionDetails } from './describe-version.ts';

export interface ProjectOrder {
  project: string;
  /** The newest when absent. */
  version?: string;
  /** Lists every version. */
  allVersions?: boolean;
  /** What has just happened. */
  done?: string;
}

/** What the parts of the page are made from. */
export interface ProjectModel {
  order: ProjectOrder;
  project: ProjectRecord;
  version: VersionRow;
  files: readonly FileRecord[];
  versions: readonly VersionRow[];
  /** What installers choose. */
  newest: VersionRow;
  details: VersionDetails;
  readme?: Html;
}

/** Only the project when it has nothing to show. Fails with REPOSITORY_NOT_FOUND when it, or the version, is not there. */
export async function loadProject(
  site: Site,
  order: ProjectOrder,
): Promise<ProjectModel | { project: ProjectRecord }> {
  const { core } = site.server;
  const project = findProject(core, order.project);
  const versions = core.records.files.versions(project.id);
  const newest = newestOf(versions);
  if (project.status === 'quarantined' || newest === undefined) return { project };
  const version = order.version === undefined ? newest : findVersion(versions, order.version);
  if (version === undefined) {
    // Says which versions there are.
    findRelease(core, order.project, order.version ?? '');
    throw notFound(`\`${project.name}\` has no version \`${printable(order.version ?? '')}\``);
  }
  const files = core.records.files.ofVersion(project.id, version.version);
  const source = bestSource(files);
  const metadata = source === undefined ? undefined : site.catalog.metadata(source);
  const readme =
    metadata === undefined || source === undefined
      ? undefined
      : await site.readmes.render(source.metadataHash, metadata);
  const details = describeVersion(metadata ?? nothing);
  return {
    order,
    project,
    version,
    files,
    versions,
    newest,
    details,
    ...(readme !== undefined && { readme }),
  };
}

const nothing: CoreMetadata = {
  name: '',
  version: '',
  requiresDist: [],
  providesExtra: [],
  headers: new Map(),
};

/** What installers choose: released before staged, not yanked, no pre-release, as far as there is such a version. */
export function newestOf(versions: readonly VersionRow[]): VersionRow | undefined {
  const rank = ({ version, files, staged, yanked }: VersionRow): number => {
    const parsed = tryParseVersion(version);
    const isPre = parsed === undefined || isPrerelease(parsed);
    return (staged === files ? 4 : 0) + (yanked === files ? 2 : 0) + (isPre ? 1 : 0);
  };
  return versions.reduce<VersionRow | undefined>(
    (best, version) => (best === undefined || rank(version) < rank(best) ? version : best),
    undefined,
  );
}

function findVersion(versions: readonly VersionRow[], written: string): VersionRow | undefined {
  const normal = tryParseVersion(written)?.normalized ?? written;
  return versions.find(({ version }) => version === normal);
}

/** A wheel's metadata is complete; that of an sdist may leave things to the build. */
function bestSource(files: readonly FileRecord[]): FileRecord | undefined {
  return files.find(({ kind }) => kind === 'wheel') ?? files.find(({ kind }) => kind === 'sdist') ?? files[0];
}
