// The form of an upload (multipart/form-data), as a stream: fields in memory, within limits; the one file to the disk.

import type { IncomingMessage } from 'node:http';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { BuildError } from '#base';
import { refusal } from '../refusals.ts';
import type { Receiver } from '../storage/receive-file.ts';

export interface UploadForm {
  /** Every value of each field, in order. */
  fields: ReadonlyMap<string, readonly string[]>;
  /** The name that the file part gives; absent when the form has no file. */
  filename?: string;
}

export interface FormTarget {
  /** Called when the file begins, with the fields so far; what it throws ends the form. */
  open: (filename: string, fields: UploadForm['fields']) => Receiver;
}

const limits = {
  fieldSize: 4 * 2 ** 20,
  fields: 4000,
  files: 4,
  parts: 4100,
  headerPairs: 20,
  headerSize: 8192,
};
const maximumFieldBytes = 16 * 2 ** 20;
const fileField = 'content';

/** Reads the form to its end. Fails with a refusal when it is not as it should be, or as the receiver does. */
export async function readForm(incoming: IncomingMessage, target: FormTarget): Promise<UploadForm> {
  const parser = createParser(incoming);
  const fields = new Map<string, string[]>();
  let filename: string | undefined;
  let bytes = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const guarded = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      reject(asError(error));
    }
  };

  parser.on('field', (name, value, ...truncated) =>
    guarded(() => {
      bytes += value.length;
      if (truncated[0] || truncated[1] || bytes > maximumFieldBytes) {
        throw refusal(
          'form',
          `its fields are larger than ${maximumFieldBytes} bytes, or one than ${limits.fieldSize}`,
        );
      }
      fields.set(name, [...(fields.get(name) ?? []), value]);
    }),
  );
  parser.on('file', (name, stream, given) =>
    guarded(() => {
      stream.on('error', () => undefined);
      // `gpg_signature` and the like: not kept.
      if (name !== fileField) {
        stream.resume();
        return;
      }
      if (filename !== undefined) throw refusal('form', `it has two files named \`${fileField}\``);
      // Without a name there is none, whatever the types say.
      const written = (given as string | undefined) ?? '';
      filename = written;
      const receiver = target.open(written, fields);
      stream.on('data', (chunk: Buffer) => guarded(() => receiver.write(chunk)));
    }),
  );
  for (const event of ['fieldsLimit', 'partsLimit', 'filesLimit'] as const) {
    parser.on(event, () => reject(refusal('form', 'it has more parts than any upload needs')));
  }
  parser.on('error', (error) => reject(refusal('form', `it can't be read: ${asError(error).message}`)));
  parser.on('finish', () => resolve());
  incoming.on('aborted', () => reject(interrupted()));
  incoming.on('error', () => reject(interrupted()));
  incoming.pipe(parser);
  try {
    await promise;
  } finally {
    incoming.unpipe(parser);
  }
  return { fields, ...(filename !== undefined && { filename }) };
}

function createParser(incoming: IncomingMessage): BusboyInstance {
  const { 'content-type': contentType } = incoming.headers;
  if (contentType === undefined || !/^multipart\/form-data\b/i.test(contentType)) {
    throw refusal('form', 'an upload is a form of the type multipart/form-data');
  }
  try {
    const headers: BusboyHeaders = { ...incoming.headers, 'content-type': contentType };
    return new Busboy({ headers, limits, preservePath: true });
  } catch (error) {
    throw refusal('form', `it can't be read: ${asError(error).message}`);
  }
}

function interrupted(): BuildError {
  return new BuildError('REPOSITORY_BAD_REQUEST', 'The connection ended before the whole upload had arrived');
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
