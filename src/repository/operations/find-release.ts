// The project and the files that somebody names, or an error that says what there is instead.

import { canonicalizeName } from '#standards';
import type { Core } from '../core.ts';
import { isProjectName, printable } from '../inspect/distribution-name.ts';
import { badRequest, notFound } from '../refusals.ts';
import type { FileRecord, ProjectRecord } from '../repository-contract.ts';

/** The normal form of a project's name as somebody wrote it. */
export function readProjectName(name: string): string {
  if (!isProjectName(name)) throw badRequest(`\`${printable(name)}\` is not the name of a project`);
  return canonicalizeName(name);
}

export function findProject(core: Core, name: string): ProjectRecord {
  const project = core.records.projects.find(readProjectName(name));
  if (project === undefined) throw notFound(`There is no project \`${printable(name)}\``);
  return project;
}

/** All files of a version, staged or released; `version` in any spelling. */
export function findRelease(
  core: Core,
  name: string,
  version: string,
): { project: ProjectRecord; version: string; files: readonly FileRecord[] } {
  const project = findProject(core, name);
  const files = core.records.files.ofVersion(project.id, version);
  const [first] = files;
  if (first === undefined) {
    const versions = new Set(core.records.files.ofProject(project.id, 'staging').map((file) => file.version));
    const known = [...versions].reverse().slice(0, 10).join(', ');
    throw notFound(
      `\`${project.name}\` has no version \`${printable(version)}\``,
      known === '' ? 'it has no file at all' : `it has ${known}`,
    );
  }
  return { project, version: first.version, files };
}

/** Of the files of a version the one with this name, or all. */
export function chooseFiles(
  files: readonly FileRecord[],
  filename: string | undefined,
): readonly FileRecord[] {
  if (filename === undefined) return files;
  const chosen = files.filter((file) => file.filename === filename);
  if (chosen.length > 0) return chosen;
  throw notFound(
    `There is no file \`${printable(filename)}\``,
    `the version has ${files.map((file) => file.filename).join(', ')}`,
  );
}
