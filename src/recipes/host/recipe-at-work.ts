// Whether Python is at work for this program: who ends the program must know, or would leave a recipe alone.

let calls = 0;

/** Counts `call` as work until it settles. */
export async function countAsWork<T>(call: Promise<T>): Promise<T> {
  calls += 1;
  try {
    return await call;
  } finally {
    calls -= 1;
  }
}

/** True while a recipe or extension has not returned. After Ctrl-C it is given some seconds, then killed. */
export function isRecipeAtWork(): boolean {
  return calls > 0;
}
