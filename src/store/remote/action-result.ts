// The one message of the Bazel HTTP cache protocol, as protobuf: ActionResult of the Remote Execution API, version 2
// (build/bazel/remote/execution/v2/remote_execution.proto), as far as a cache needs it:
//
//   message ActionResult { repeated OutputFile output_files = 2; … }
//   message OutputFile   { string path = 1; Digest digest = 2; … }
//   message Digest       { string hash = 1; int64 size_bytes = 2; }
//
// Servers decode and write it anew, with fields of their own: every other field is passed over, and no byte is signed.

export interface OutputFile {
  path: string;
  /** SHA-256 in lower-case hexadecimal. */
  sha256: string;
  size: number;
}

/** The message for these files. */
export function encodeActionResult(files: readonly OutputFile[]): Buffer {
  return Buffer.concat(
    files.map(({ path, sha256, size }) => {
      const digest = Buffer.concat([lengthDelimited(1, Buffer.from(sha256)), varintField(2, size)]);
      const file = Buffer.concat([lengthDelimited(1, Buffer.from(path)), lengthDelimited(2, digest)]);
      return lengthDelimited(2, file);
    }),
  );
}

/** Its output files by path, or `undefined` when the bytes are no such message. Files without a digest are left out. */
export function tryDecodeActionResult(bytes: Uint8Array): ReadonlyMap<string, OutputFile> | undefined {
  const fields = tryReadFields(bytes);
  if (fields === undefined) return undefined;
  const files = new Map<string, OutputFile>();
  for (const { number, content } of fields) {
    if (number !== 2 || typeof content === 'number') continue;
    const file = tryDecodeFile(content);
    if (file === undefined) return undefined;
    if (isHash.test(file.sha256)) files.set(file.path, file);
  }
  return files;
}

const isHash = /^[0-9a-f]{64}$/;

function tryDecodeFile(bytes: Uint8Array): OutputFile | undefined {
  const fields = tryReadFields(bytes);
  if (fields === undefined) return undefined;
  const file: OutputFile = { path: '', sha256: '', size: 0 };
  for (const { number, content } of fields) {
    if (typeof content === 'number') continue;
    if (number === 1) file.path = Buffer.from(content).toString('utf8');
    if (number !== 2) continue;
    const digest = tryReadFields(content);
    if (digest === undefined) return undefined;
    for (const part of digest) {
      if (part.number === 1 && typeof part.content !== 'number')
        file.sha256 = Buffer.from(part.content).toString('latin1');
      if (part.number === 2 && typeof part.content === 'number') file.size = part.content;
    }
  }
  return file;
}

interface Field {
  number: number;
  /** A varint, or the bytes of what has a length. Fixed-size numbers are bytes too. */
  content: number | Uint8Array;
}

/** Protocol Buffers, "Encoding": a tag (field number and wire type) before each field. */
function tryReadFields(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = tryReadVarint(bytes, at);
    if (tag === undefined || tag.value < 8) return undefined;
    const wireType = tag.value % 8;
    const start = tag.next;
    const value = wireType === 0 || wireType === 2 ? tryReadVarint(bytes, start) : undefined;
    let end: number;
    if (wireType === 0 && value !== undefined) end = value.next;
    else if (wireType === 1) end = start + 8;
    else if (wireType === 2 && value !== undefined) end = value.next + value.value;
    else if (wireType === 5) end = start + 4;
    else return undefined;
    if (end > bytes.length) return undefined;
    const from = wireType === 2 && value !== undefined ? value.next : start;
    const content = wireType === 0 && value !== undefined ? value.value : bytes.subarray(from, end);
    fields.push({ number: Math.floor(tag.value / 8), content });
    at = end;
  }
  return fields;
}

/** Exact up to 2^53, which no size here reaches. */
function tryReadVarint(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value += (byte % 128) * 2 ** (7 * index);
    if (byte < 128) return { value, next: at + index + 1 };
  }
  return undefined;
}

function lengthDelimited(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
}

function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
