// The form of the legacy upload API for one file: its core metadata as fields, its hashes, then the file itself as a
// stream. Other indexes read the fields; ours reads the file.

import { randomBytes } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { hashFile } from '#base';
import { parseCoreMetadata, type CoreMetadata } from '#standards';
import type { InspectedFile } from '../inspect/inspect-distribution.ts';
import type { FormBody } from './open-client.ts';

export interface UploadOptions {
  /** Take the place of a staged file with other bytes. */
  replace: boolean;
  onBytes: (bytes: number) => void;
}

/** Reads the file's hashes now, and its bytes when the form is sent. */
export function createUploadForm(path: string, inspected: InspectedFile, options: UploadOptions): FormBody {
  const boundary = `clutch-${randomBytes(16).toString('hex')}`;
  const { name, metadata } = inspected;
  const fields = [
    [':action', 'file_upload'],
    ['protocol_version', '1'],
    ...metadataFields(parseCoreMetadata(Buffer.from(metadata).toString('utf8'))),
    ['filetype', { wheel: 'bdist_wheel', egg: 'bdist_egg', sdist: 'sdist' }[name.kind]],
    ['pyversion', pythonOf(inspected)],
    ['md5_digest', hashFile(path, 'md5')],
    ['sha256_digest', hashFile(path)],
    ...(options.replace ? [['replace', '1']] : []),
  ];
  const parts = fields.map(
    ([field = '', value = '']) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`,
  );
  parts.push(
    `--${boundary}\r\nContent-Disposition: form-data; name="content"; filename="${name.filename}"\r\n`,
    'Content-Type: application/octet-stream\r\n\r\n',
  );
  const head = Buffer.from(parts.join(''));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    size: head.length + statSync(path).size + tail.length,
    open: () => Readable.from(pieces(path, { head, tail, onBytes: options.onBytes }), { objectMode: false }),
  };
}

async function* pieces(
  path: string,
  { head, tail, onBytes }: { head: Buffer; tail: Buffer; onBytes: (bytes: number) => void },
): AsyncGenerator<Buffer> {
  yield head;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    const piece = chunk as Buffer;
    onBytes(piece.length);
    yield piece;
  }
  yield tail;
}

function pythonOf({ name }: InspectedFile): string {
  if (name.kind === 'sdist') return 'source';
  if (name.kind === 'egg') return name.eggPython ?? 'any';
  return [...new Set(name.tags.map((tag) => tag.split('-', 1)[0] ?? ''))].join('.');
}

/** Core metadata to the field of the form, where that is another word. */
const renamed: Readonly<Record<string, string>> = {
  classifier: 'classifiers',
  'project-url': 'project_urls',
  'license-file': 'license_files',
};

function metadataFields({ headers, description }: CoreMetadata): [string, string][] {
  const fields: [string, string][] = [];
  for (const [header, values] of headers) {
    if (header === 'description') continue;
    const field = renamed[header] ?? header.replaceAll('-', '_');
    for (const value of values) fields.push([field, value]);
  }
  return description === undefined ? fields : [...fields, ['description', description]];
}
