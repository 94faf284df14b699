// The METADATA of a wheel, without unpacking the rest.

/** The text of `<name>.dist-info/METADATA`; fails when the wheel has none or more than one. */
export function readWheelMetadata(wheelPath: string): string {
  throw new Error(`not yet: ${wheelPath}`);
}
