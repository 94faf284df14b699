// Ctrl-C: the recipe hears of it first; between steps the run ends, with `.installed.cfg` at the last finished part.

import { BuildError } from '#base';
import type { BuildoutHandle } from '#recipes';

/** Tells the recipe host when the run is aborted; the function it gives ends that. */
export function stopWhenInterrupted(handle: BuildoutHandle): () => void {
  const cancel = (): void => {
    if (handle.hasRecipeHost()) handle.recipeHost().cancel();
  };
  handle.signal?.addEventListener('abort', cancel, { once: true });
  return () => handle.signal?.removeEventListener('abort', cancel);
}

/** Fails when the run was aborted. */
export function assertNotInterrupted({ signal }: BuildoutHandle): void {
  if (signal?.aborted !== true) return;
  throw new BuildError('INTERRUPTED', 'Interrupted', { hint: 'run it again to go on with the next part' });
}
