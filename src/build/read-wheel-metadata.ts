// The METADATA of a wheel, without unpacking the rest.

import { invalidWheel, withWheel } from './open-wheel.ts';

/** The text of `<name>.dist-info/METADATA`; fails with `WHEEL_INVALID` when the wheel has none. */
export function readWheelMetadata(wheelPath: string): string {
  return withWheel(wheelPath, (wheel) => {
    const text = wheel.metadataText('METADATA');
    if (text === undefined) throw invalidWheel(wheel.fileName, 'has no METADATA');
    return text;
  });
}
