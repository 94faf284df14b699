// Core metadata (`METADATA`, `PKG-INFO`): headers as in a mail, read as Python's `email.parser` does, any
// Metadata-Version. The text may come from a foreign wheel: it costs linear time, and there is a limit.

import { BuildError } from '#base';

export interface CoreMetadata {
  name: string;
  version: string;
  /** PEP 508 lines, as written. */
  requiresDist: readonly string[];
  requiresPython?: string;
  /** As written. */
  providesExtra: readonly string[];
  summary?: string;
  /** The body, or the field `Description` of old. */
  description?: string;
  /** Every field under its name in lower case; folded lines are joined by line ends. */
  headers: ReadonlyMap<string, readonly string[]>;
}

const largestMetadata = 32 * 1024 * 1024;

/** Reads core metadata. Without a name and a version, or when it is too large, it is an error `INVALID_METADATA`. */
export function parseCoreMetadata(text: string): CoreMetadata {
  if (text.length > largestMetadata) {
    throw new BuildError('INVALID_METADATA', `Metadata of ${text.length} characters is too large`);
  }
  const { headers, body } = readHeaders(text.startsWith('\uFEFF') ? text.slice(1) : text);
  const all = (name: string): string[] => (headers.get(name) ?? []).map(unfold);
  const [name] = all('name');
  const [version] = all('version');
  if (name === undefined || name === '') throw missingField('Name');
  if (version === undefined || version === '') throw missingField('Version');
  const [requiresPython] = all('requires-python');
  const [summary] = all('summary');
  const description = descriptionOf(headers, body);
  return {
    name,
    version,
    requiresDist: all('requires-dist'),
    providesExtra: all('provides-extra'),
    headers,
    ...(requiresPython !== undefined && { requiresPython }),
    ...(summary !== undefined && { summary }),
    ...(description !== undefined && { description }),
  };
}

function missingField(field: string): BuildError {
  return new BuildError('INVALID_METADATA', `The metadata has no field \`${field}\``);
}

/**
 * What is kept of the fields (requirements are remembered by their text) would keep the whole text in memory, since V8
 * makes a part of a string of a reference to it: so the fields become a text of their own.
 */
function readHeaders(text: string): { headers: Map<string, string[]>; body: string } {
  const blank = /\r\n\r\n|\n\r?\n|\r\r/.exec(text);
  const end = blank === null ? text.length : blank.index + blank[0].length;
  const { headers, body } = readFields(Buffer.from(text.slice(0, end)).toString('utf8'));
  return { headers, body: body + text.slice(end) };
}

function readFields(text: string): { headers: Map<string, string[]>; body: string } {
  const headers = new Map<string, string[]>();
  let last: string[] | undefined;
  let position = 0;
  while (position < text.length) {
    const end = endOfLine(text, position);
    const line = text.slice(position, end).replace(/[\r\n]+$/, '');
    if (line === '') return { headers, body: text.slice(end) };
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line)) {
      if (last !== undefined) last[last.length - 1] += `\n${line}`;
    } else if (/^[!-9;-~]*:/.test(line)) {
      last =
        colon === 0
          ? undefined
          : addHeader(headers, line.slice(0, colon).toLowerCase(), line.slice(colon + 1));
    } else if (!(position === 0 && line.startsWith('From '))) {
      // Neither a field nor blank: the mail parser takes it for the first line of the body.
      return { headers, body: text.slice(position) };
    }
    position = end;
  }
  return { headers, body: '' };
}

function endOfLine(text: string, start: number): number {
  lineEnd.lastIndex = start;
  return lineEnd.exec(text) === null ? text.length : lineEnd.lastIndex;
}

const lineEnd = /\r\n|[\r\n]/g;

function addHeader(headers: Map<string, string[]>, name: string, written: string): string[] {
  const values = headers.get(name) ?? [];
  values.push(written.replace(/^[ \t]+/, ''));
  headers.set(name, values);
  return values;
}

/** A folded value on one line. */
function unfold(value: string): string {
  return value
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim();
}

/** Lines of a `Description` field are indented by eight characters, or by seven and a bar. */
function descriptionOf(headers: ReadonlyMap<string, readonly string[]>, body: string): string | undefined {
  const field = headers.get('description')?.[0];
  if (field !== undefined) return field.replaceAll(/\n(?: {7}\|| {8})/g, '\n');
  return body === '' ? undefined : body;
}
