// Wheels unpacked in threads of their own, since one after the other would be what a run with many of them waits for.

import { statSync } from 'node:fs';

import type { BuiltEgg } from '#build';

import { eggTasks, type EggThreads, type UnpackWheel } from './egg-tasks.ts';

export type WheelUnpacker = (order: UnpackWheel) => Promise<BuiltEgg>;

/** So much is unpacked here in the time that a thread takes to start. */
const bytesHere = 1_000_000;

/** The first wheels of a run are unpacked here, up to a megabyte of them. Fails as `eggFromWheel` does. */
export function createWheelUnpacker(threads: () => EggThreads): WheelUnpacker {
  let bytes = 0;
  return (order) => {
    bytes += statSync(order.wheel).size;
    if (bytes < bytesHere) return eggTasks.unpack(order);
    const { minor, platform } = order.python;
    return threads().run('unpack', { ...order, python: { minor, platform } });
  };
}
