// zc.buildout prints, before an error, what it was doing, outermost first (buildout.py, `_doing`). There a local
// variable of each frame holds the text; here the text is put on the error as it passes.

const activities = new WeakMap<object, string[]>();

/** Runs `action`; when it fails, the error remembers `activity` in front of what it already remembers. */
export async function whileDoing<T>(activity: string, action: () => Promise<T> | T): Promise<T> {
  try {
    return await action();
  } catch (error) {
    rememberActivity(error, activity);
    throw error;
  }
}

/** Puts `activity` in front of what `error` remembers; a thrown value that is not an object cannot remember. */
export function rememberActivity(error: unknown, activity: string): void {
  if (typeof error !== 'object' || error === null) return;
  const known = activities.get(error);
  if (known === undefined) activities.set(error, [activity]);
  else known.unshift(activity);
}

/** What was going on when `error` was thrown, outermost first; the lines under `While:`. */
export function activitiesOf(error: unknown): readonly string[] {
  return typeof error === 'object' && error !== null ? (activities.get(error) ?? []) : [];
}
