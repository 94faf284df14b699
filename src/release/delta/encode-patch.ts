// The content of all new files as five streams of bytes, each compressed by itself: numbers of one kind resemble each
// other. docs/releases.md ("Deltas") has the format; python/clutch_release/patch.py decodes it.

import { createMatchFinder, type Match } from './find-matches.ts';

export interface FileToMake {
  content: Uint8Array;
  /** Where its counterpart begins in the sources. */
  hint: number | undefined;
}

export const streamNames = ['lengths', 'jumps', 'gaps', 'changes', 'literals'] as const;

export type PatchStreams = Readonly<Record<(typeof streamNames)[number], Buffer>>;

/** Makes `files` of the bytes of `sources`, whose files end at `ends`. */
export function encodePatch(
  sources: Uint8Array,
  ends: readonly number[],
  files: Iterable<FileToMake>,
): PatchStreams {
  const finder = createMatchFinder(sources, ends);
  const streams = {
    lengths: createByteStream(),
    jumps: createByteStream(),
    gaps: createByteStream(),
    changes: createByteStream(),
    literals: createByteStream(),
  };
  let position = 0;
  for (const { content, hint } of files) {
    let done = 0;
    for (const match of finder.find(content, hint)) {
      streams.lengths.number(match.at - done);
      streams.literals.bytes(content.subarray(done, match.at));
      streams.lengths.number(match.length);
      streams.jumps.signed(match.from - position - (match.at - done));
      writeCorrections(match, { sources, content, gaps: streams.gaps, changes: streams.changes });
      done = match.at + match.length;
      position = match.from + match.length;
    }
    if (done === content.length) continue;
    streams.lengths.number(content.length - done);
    streams.literals.bytes(content.subarray(done));
  }
  return {
    lengths: streams.lengths.whole(),
    jumps: streams.jumps.whole(),
    gaps: streams.gaps.whole(),
    changes: streams.changes.whole(),
    literals: streams.literals.whole(),
  };
}

interface CorrectionTarget {
  sources: Uint8Array;
  content: Uint8Array;
  gaps: ByteStream;
  changes: ByteStream;
}

/** Each as the bytes between it and the one before, plus one; 0 ends the list. */
function writeCorrections(match: Match, { sources, content, gaps, changes }: CorrectionTarget): void {
  let last = -1;
  for (const offset of match.corrections) {
    gaps.number(offset - last);
    changes.byte(((content[match.at + offset] ?? 0) - (sources[match.from + offset] ?? 0)) & 0xff);
    last = offset;
  }
  gaps.number(0);
}

interface ByteStream {
  byte(value: number): void;
  /** Seven bits a byte, the lowest first, the eighth says that more follow. */
  number(value: number): void;
  /** Zigzag: 0, -1, 1, -2, … */
  signed(value: number): void;
  bytes(value: Uint8Array): void;
  whole(): Buffer;
}

function createByteStream(): ByteStream {
  let buffer = Buffer.alloc(1 << 12);
  let length = 0;
  const reserve = (more: number): void => {
    if (length + more <= buffer.length) return;
    const larger = Buffer.alloc(Math.max(buffer.length * 2, length + more));
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  };
  const byte = (value: number): void => {
    reserve(1);
    buffer[length++] = value;
  };
  const number = (value: number): void => {
    let rest = value;
    while (rest >= 0x80) {
      byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    byte(rest);
  };
  return {
    byte,
    number,
    signed: (value) => number(value < 0 ? -2 * value - 1 : 2 * value),
    bytes: (value) => {
      reserve(value.length);
      buffer.set(value, length);
      length += value.length;
    },
    whole: () => buffer.subarray(0, length),
  };
}
