// Sizes and ages as people write them on a command line or in `egg-cache-size`: `20G`, `500M`, `90d`, `12h`.

const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
};
const ageUnits: Readonly<Record<string, number>> = {
  '': 86_400,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};

/** Bytes; units are powers of 1024, `G`, `GB` and `GiB` mean the same. `undefined` for anything else. */
export function parseByteSize(text: string): number | undefined {
  const [, number, unit = ''] = /^([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  return number === undefined ? undefined : Math.floor(Number(number) * (sizeUnits[unit.toLowerCase()] ?? 1));
}

/** Milliseconds; a number without a unit means days. `undefined` for anything else. */
export function parseAge(text: string): number | undefined {
  const [, number, unit = ''] = /^([0-9]+(?:\.[0-9]+)?)\s*([smhdw]?)$/i.exec(text.trim()) ?? [];
  return number === undefined ? undefined : Number(number) * (ageUnits[unit.toLowerCase()] ?? 0) * 1000;
}
