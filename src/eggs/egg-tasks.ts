// What threads do with eggs, beside the thread that decides: unpack wheels and place eggs of the cache.

import { availableParallelism } from 'node:os';

import { createThreads, type Threads } from '#base';
import { eggFromWheel, type BuiltEgg } from '#build';
import type { PythonDescription } from '#python';
import { placeOrders, whenDiskIsFull, type LinkMethods, type PlacedOrder, type SharedOrders } from '#store';

export interface UnpackWheel {
  wheel: string;
  /** Where the egg's directory goes. */
  parent: string;
  python: Pick<PythonDescription, 'minor' | 'platform'>;
}

const methods: LinkMethods = new Map();

export const eggTasks = {
  /** As `eggFromWheel`; a full disk is STORE_DISK_FULL. */
  unpack: async ({ wheel, parent, python }: UnpackWheel): Promise<BuiltEgg> => {
    try {
      return await eggFromWheel(wheel, parent, python);
    } catch (error) {
      return whenDiskIsFull(parent, () => {
        throw error;
      });
    }
  },
  place: (shared: SharedOrders): readonly PlacedOrder[] => placeOrders(shared, methods),
};

export type EggThreads = Threads<typeof eggTasks>;

/** One for each core but this thread's, at least one; more than a few would only wait for the file system. */
export function createEggThreads(): EggThreads {
  const name = import.meta.filename.endsWith('.ts') ? './egg-thread.ts' : './egg-thread.js';
  const most = Math.min(4, Math.max(1, availableParallelism() - 1));
  return createThreads<typeof eggTasks>(new URL(name, import.meta.url), most);
}
