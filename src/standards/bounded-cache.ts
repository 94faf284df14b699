// A memory for pure functions that cannot grow without end: two generations, the older one is dropped when the
// younger is full, so what is in use stays.

/** `compute` with its answers remembered for up to `2 * size` texts; long texts are never kept. */
export function rememberByText<T>(size: number, compute: (text: string) => T): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (text) => {
    const known = young.get(text);
    if (known !== undefined) return known;
    const value = old.get(text) ?? compute(text);
    if (text.length > longestText) return value;
    if (young.size >= size) {
      old = young;
      young = new Map();
    }
    young.set(text, value);
    return value;
  };
}

const longestText = 512;
