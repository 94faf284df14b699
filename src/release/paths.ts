// Places on disk that several kinds of release ask about.

/** Whether `path` is `directory` or lies below it. Both are absolute and normalised. */
export function isWithin(directory: string, path: string): boolean {
  return `${path}/`.startsWith(directory.endsWith('/') ? directory : `${directory}/`);
}
