// Zstandard as a stream of frames (RFC 8878, section 3.1): Node's decoder stops at the end of the first one, and data may
// have many. bazel-remote sends a skippable frame first, then one for each mebibyte; pzstd writes such files too.

import { Transform, type TransformCallback } from 'node:stream';
import { createZstdDecompress, type ZstdDecompress } from 'node:zlib';

/** Decodes all frames one after the other. Fails when the data is no Zstandard, or ends within a frame. */
export function createZstdDecoder(): Transform {
  const splitter = createFrameSplitter();
  let decoder: ZstdDecompress | undefined;
  const output: Transform = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      decodeParts(chunk).then(() => done(), done);
    },
    flush(done: TransformCallback) {
      done(splitter.isBetweenFrames() ? null : new Error('unexpected end of data'));
    },
    destroy(error, done) {
      decoder?.destroy();
      done(error);
    },
  });

  async function decodeParts(chunk: Buffer): Promise<void> {
    for (const { bytes, endsFrame } of splitter.split(chunk)) {
      decoder ??= createZstdDecompress({ chunkSize: 1 << 18 }).on('data', (piece: Buffer) =>
        output.push(piece),
      );
      await feed(decoder, bytes, endsFrame);
      if (endsFrame) decoder = undefined;
    }
  }
  return output;
}

/** Resolves when the decoder has taken the bytes and, at the end, given everything. */
function feed(decoder: ZstdDecompress, bytes: Buffer, isEnd: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    decoder.once('error', reject);
    const settle = (): void => {
      decoder.off('error', reject);
      resolve();
    };
    if (isEnd) decoder.once('end', settle).end(bytes);
    else decoder.write(bytes, settle);
  });
}

interface FramePart {
  bytes: Buffer;
  endsFrame: boolean;
}

interface FrameSplitter {
  /** The parts of frames in these bytes; skippable frames are left out. Throws for what is no frame. */
  split(chunk: Buffer): Generator<FramePart>;
  isBetweenFrames(): boolean;
}

type Step =
  | 'magic'
  | 'skippable-size'
  | 'skip'
  | 'descriptor'
  | 'header'
  | 'block-header'
  | 'block'
  | 'last-block'
  | 'checksum';

/** How many bytes a step needs at once; the others take what comes. */
const wholeSteps: Partial<Record<Step, number>> = {
  magic: 4,
  'skippable-size': 4,
  descriptor: 1,
  'block-header': 3,
};

function createFrameSplitter(): FrameSplitter {
  let step: Step = 'magic';
  /** Left of a step that takes what comes. */
  let left = 0;
  let pending: Buffer = Buffer.alloc(0);
  let hasChecksum = false;

  const read = (bytes: Buffer): void => {
    if (step === 'magic') step = stepAfterMagic(bytes.readUInt32LE());
    else if (step === 'skippable-size') [step, left] = ['skip', bytes.readUInt32LE()];
    else if (step === 'descriptor') {
      const descriptor = bytes[0] ?? 0;
      hasChecksum = (descriptor & 4) !== 0;
      [step, left] = ['header', headerSize(descriptor)];
    } else {
      const value = bytes.readUIntLE(0, 3);
      const isRepeated = ((value >> 1) & 3) === 1;
      [step, left] = [(value & 1) === 1 ? 'last-block' : 'block', isRepeated ? 1 : value >> 3];
    }
  };
  /** True when that was the end of a frame. */
  const advance = (): boolean => {
    const isEnd = step === 'checksum' || (step === 'last-block' && !hasChecksum);
    if (step === 'last-block' && hasChecksum) [step, left] = ['checksum', 4];
    else step = isEnd || step === 'skip' ? 'magic' : 'block-header';
    return isEnd;
  };

  return {
    isBetweenFrames: () => step === 'magic' && pending.length === 0,
    *split(chunk) {
      let at = 0;
      while (at < chunk.length || (wholeSteps[step] === undefined && left === 0)) {
        const whole = wholeSteps[step];
        if (whole !== undefined) {
          const taken = chunk.subarray(at, at + whole - pending.length);
          pending = Buffer.concat([pending, taken]);
          at += taken.length;
          if (pending.length < whole) return;
          const bytes = pending;
          pending = Buffer.alloc(0);
          read(bytes);
          if (step !== 'skippable-size' && step !== 'skip') yield { bytes, endsFrame: false };
          continue;
        }
        const bytes = chunk.subarray(at, at + left);
        at += bytes.length;
        left -= bytes.length;
        const isSkipped = step === 'skip';
        const endsFrame = left === 0 && advance();
        if (!isSkipped) yield { bytes, endsFrame };
      }
    },
  };
}

function stepAfterMagic(magic: number): Step {
  if (magic === 0xfd2fb528) return 'descriptor';
  if (magic >>> 4 === 0x184d2a5) return 'skippable-size';
  throw new Error('it is no Zstandard frame');
}

/** What follows the descriptor: window, dictionary and content size (RFC 8878, 3.1.1.1). */
function headerSize(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return (isSingleSegment ? 0 : 1) + dictionary + contentSize;
}
