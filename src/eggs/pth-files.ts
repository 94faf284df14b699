// The `.pth` files of an egg, whose lines scripts put on their path: known from what an egg is remembered by.

/** Those among the names at an egg's top, in the order in which they are read. */
export function pthFilesAmong(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.endsWith('.pth')).sort();
}
