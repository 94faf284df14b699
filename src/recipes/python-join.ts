// Paths end up in `.installed.cfg` as recipes spell them, so they must be joined as Python joins them.

/** Python's `os.path.join`: nothing is normalised, and an absolute second path stands alone. */
export function pythonJoin(directory: string, path: string): string {
  if (path.startsWith('/')) return path;
  return directory === '' || directory.endsWith('/') ? directory + path : `${directory}/${path}`;
}
