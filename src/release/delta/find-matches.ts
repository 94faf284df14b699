// Finds in the base's content what a new file is made of: long equal runs anywhere, and around them runs that differ in
// single bytes (addresses in a shared library, line numbers in byte code), which are copied and corrected.
//
// A table of chains over all positions of the sources, as in LZ77; before it is asked, the place where the last copy
// would go on. Numbers here decide size and time only.

/** `length` bytes of the sources from `from` on, with `corrections` added; before it, literal bytes of the target. */
export interface Match {
  /** Where in the target it begins. */
  at: number;
  from: number;
  length: number;
  /** Positions relative to `at` whose byte is not that of the source. */
  corrections: readonly number[];
}

export interface MatchFinder {
  /** Matches of `target` in its order, none overlapping; `hint` is where the sources likely have its beginning. */
  find(target: Uint8Array, hint: number | undefined): Match[];
}

const seedLength = 8;
const chainLimit = 32;
/** Long enough to stop looking for better. */
const plenty = 256;
/** Going on where the last copy ended costs two bytes, a jump costs five or so. */
const leastOnDiagonal = 6;
const leastAfterJump = 14;
/** Give up extending over differences after so many more of them than equal bytes. */
const patience = 12;

/** `ends` has, for each file of the sources in order, where it ends; no match crosses one. */
export function createMatchFinder(sources: Uint8Array, ends: readonly number[]): MatchFinder {
  const index = indexSources(sources);
  const limits = Int32Array.from(ends);
  return { find: (target, hint) => findIn({ sources, limits, index, target }, hint) };
}

interface Index {
  heads: Int32Array;
  /** For each position, the one before it with the same hash, plus one. */
  previous: Int32Array;
  shift: number;
}

interface Search {
  sources: Uint8Array;
  limits: Int32Array;
  index: Index;
  target: Uint8Array;
}

function indexSources(sources: Uint8Array): Index {
  const bits = Math.min(22, Math.max(10, Math.ceil(Math.log2(sources.length + 1))));
  const index = {
    heads: new Int32Array(2 ** bits),
    previous: new Int32Array(sources.length),
    shift: 32 - bits,
  };
  const { heads, previous, shift } = index;
  for (let position = 0; position + seedLength <= sources.length; position += 1) {
    const slot = seedHash(sources, position) >>> shift;
    previous[position] = heads[slot] ?? 0;
    heads[slot] = position + 1;
  }
  return index;
}

function seedHash(bytes: Uint8Array, at: number): number {
  return Math.imul(word(bytes, at), 0x9e3779b1) ^ Math.imul(word(bytes, at + 4), 0x85ebca6b);
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

function findIn(search: Search, hint: number | undefined): Match[] {
  const { target } = search;
  const matches: Match[] = [];
  let done = 0;
  let diagonal = hint;
  for (let at = 0; at < target.length;) {
    const start = chooseStart(search, at, diagonal);
    if (start === undefined) {
      at += 1;
      continue;
    }
    const match = extendMatch(search, start, done);
    matches.push(match);
    at = done = match.at + match.length;
    diagonal = match.from - match.at;
  }
  return matches;
}

interface Start {
  at: number;
  from: number;
  length: number;
}

/** A run of equal bytes from `at` on that is worth copying, or `undefined`. */
function chooseStart(search: Search, at: number, diagonal: number | undefined): Start | undefined {
  const near = onDiagonal(search, at, diagonal);
  if (near !== undefined && near.length >= plenty) return near;
  const far = longestSeeded(search, at, near === undefined ? leastAfterJump : near.length + leastAfterJump);
  if (far === undefined) return near;
  if (far.length >= plenty) return far;
  const later = longestSeeded(search, at + 1, far.length + 2);
  return later === undefined ? far : undefined;
}

function onDiagonal(search: Search, at: number, diagonal: number | undefined): Start | undefined {
  if (diagonal === undefined) return undefined;
  const from = at + diagonal;
  if (from < 0 || from >= search.sources.length) return undefined;
  const length = equalLength(search, at, from);
  return length < leastOnDiagonal ? undefined : { at, from, length };
}

/** The longest run that starts at `at` and is at least `least` long. */
function longestSeeded(search: Search, at: number, least: number): Start | undefined {
  const { sources, target, index } = search;
  if (at + Math.max(seedLength, least) > target.length) return undefined;
  let best: Start | undefined;
  let longest = least - 1;
  let candidate = index.heads[seedHash(target, at) >>> index.shift] ?? 0;
  for (let tries = 0; candidate > 0 && tries < chainLimit; tries += 1) {
    const from = candidate - 1;
    candidate = index.previous[from] ?? 0;
    // The byte that would make it longer decides most cases.
    if (sources[from + longest] !== target[at + longest]) continue;
    const length = equalLength(search, at, from);
    if (length <= longest) continue;
    longest = length;
    best = { at, from, length };
    if (length >= plenty || at + length === target.length) break;
  }
  return best;
}

function equalLength({ sources, target, limits }: Search, at: number, from: number): number {
  let length = 0;
  const most = Math.min(target.length - at, sources.length - from);
  while (length < most && sources[from + length] === target[at + length]) length += 1;
  if (length < leastOnDiagonal) return length;
  return Math.min(length, fileEnd(limits, from) - from);
}

/** The end of the file that holds a position. */
function fileEnd(limits: Int32Array, position: number): number {
  let low = 0;
  let high = limits.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((limits[middle] ?? 0) > position) high = middle;
    else low = middle + 1;
  }
  return limits[low] ?? 0;
}

function fileStart(limits: Int32Array, position: number): number {
  let low = 0;
  let high = limits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((limits[middle] ?? 0) > position) high = middle;
    else low = middle + 1;
  }
  return low === 0 ? 0 : (limits[low - 1] ?? 0);
}

/** Grows a run backwards to `done` and forwards over differences, as far as equal bytes outweigh them. */
function extendMatch(search: Search, start: Start, done: number): Match {
  const { sources, target, limits } = search;
  let { at, from, length } = start;
  const first = fileStart(limits, from);
  while (at > done && from > first && sources[from - 1] === target[at - 1]) {
    at -= 1;
    from -= 1;
    length += 1;
  }
  const most = Math.min(target.length - at, fileEnd(limits, from) - from);
  const corrections: number[] = [];
  let kept = 0;
  let score = 0;
  let best = 0;
  for (let offset = length; offset < most; offset += 1) {
    if (sources[from + offset] === target[at + offset]) {
      score += 1;
      if (score > best) {
        best = score;
        length = offset + 1;
        kept = corrections.length;
      }
    } else {
      corrections.push(offset);
      score -= 1;
      if (score < best - patience) break;
    }
  }
  corrections.length = kept;
  return { at, from, length, corrections };
}
