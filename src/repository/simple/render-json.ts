// Pages of the simple API as JSON (PEP 691, 700, 714, 740, 792).

import { apiVersion, type PageFile, type ProjectPage } from './page-model.ts';

export function renderProjectJson(page: ProjectPage): string {
  return JSON.stringify({
    meta: { 'api-version': apiVersion },
    name: page.name,
    'project-status': {
      status: page.status,
      ...(page.statusReason !== undefined && { reason: page.statusReason }),
    },
    versions: page.versions,
    files: page.files.map(describeFile),
  });
}

export function renderRootJson(names: readonly string[]): string {
  return JSON.stringify({
    meta: { 'api-version': apiVersion },
    projects: names.map((name) => ({ name })),
  });
}

function describeFile(file: PageFile): Record<string, unknown> {
  const { metadataHash } = file;
  const metadata =
    metadataHash === undefined ? false : metadataHash === true ? true : { sha256: metadataHash };
  return {
    filename: file.filename,
    url: file.url,
    hashes: file.hashes,
    'requires-python': file.requiresPython ?? null,
    ...(file.size !== undefined && { size: file.size }),
    ...(file.uploadTime !== undefined && { 'upload-time': file.uploadTime }),
    yanked: file.yanked ?? false,
    'core-metadata': metadata,
    'data-dist-info-metadata': metadata,
    provenance: file.provenance ?? null,
  };
}
