// Work that ends in order by itself once it was told to (another process's for this program, a server): who ends the
// program must know, or would leave it alone.

let calls = 0;

/** Counts `call` as such work until it settles. */
export async function countAsWork<T>(call: Promise<T>): Promise<T> {
  calls += 1;
  try {
    return await call;
  } finally {
    calls -= 1;
  }
}

/** True while a recipe, an extension or another run has not returned. After Ctrl-C it is given some seconds, then killed. */
export function isWorkUnderWay(): boolean {
  return calls > 0;
}
