// The METADATA of a wheel, or another text beside it, without unpacking the rest.

import { invalidWheel, withWheel } from './open-wheel.ts';

/** The text of `<name>.dist-info/METADATA`; fails with `WHEEL_INVALID` when the wheel has none. */
export function readWheelMetadata(wheelPath: string): string {
  return withWheel(wheelPath, (wheel) => {
    const text = wheel.metadataText('METADATA');
    if (text === undefined) throw invalidWheel(wheel.fileName, 'has no METADATA');
    return text;
  });
}

/** The texts of a wheel's `.dist-info` directory with these names, as far as they are there. */
export function readWheelTexts(wheelPath: string, names: readonly string[]): Record<string, string> {
  return withWheel(wheelPath, (wheel) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const text = wheel.metadataText(name);
        return text === undefined ? [] : [[name, text] as const];
      }),
    ),
  );
}
