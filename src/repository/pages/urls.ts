// Where pages are, below the server's root.

export function projectUrl(project: string): string {
  return `project/${project}/`;
}

export function versionUrl(project: string, version: string): string {
  return `project/${project}/${encodeURIComponent(version)}/`;
}
