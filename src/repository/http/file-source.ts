// What is behind the URL of a file: its bytes, or the metadata beside it. Small ones stay in memory.

import { readFileSync } from 'node:fs';
import { hasCode } from '#base';
import type { Core } from '../core.ts';
import { decodePart } from '../decode-part.ts';
import type { FileRecord } from '../repository-contract.ts';
import { createMemoryCache } from '../simple/memory-cache.ts';
import { createVariant, type RawHeaders, type Variant } from '../simple/variant.ts';
import type { FileBody } from './send.ts';

/** `project` in the normal form: who may read it may read this. */
export type ServedFile = { project: string } & ({ file: FileBody } | { variant: Variant });

export interface FileSource {
  /** What is in memory for the path of a URL. */
  peek(path: string): ServedFile | undefined;
  /** `path` of the form `/files/<2>/<sha256>/<filename>[.metadata]`; `undefined` when there is no such file. */
  find(path: string): Promise<ServedFile | undefined>;
}

const memoryBytes = 24 * 2 ** 20;
const smallBytes = 256 * 1024;

export function createFileSource(core: Core, isPrivate: boolean): FileSource {
  const cache = createMemoryCache<ServedFile>(memoryBytes);
  const cacheControl = `${isPrivate ? 'private' : 'public'}, max-age=31536000, immutable`;
  core.subscribe((change) => {
    if (change.type === 'deleted' || (change.type === 'uploaded' && change.replaced)) cache.clear();
  });
  return {
    peek: (path) => cache.get(path),
    find: async (path) => {
      const known = cache.get(path);
      if (known !== undefined) return known;
      const place = readFilePath(path);
      if (place === undefined) return undefined;
      const file = core.records.files.find(place.sha256, place.filename);
      if (file === undefined) return undefined;
      if (place.isMetadata) {
        const content = core.records.projects.readMetadata(file.metadataHash);
        if (content === undefined) return undefined;
        const variant = await createVariant(content, {
          contentType: 'text/plain; charset=utf-8',
          cacheControl,
          vary: 'Accept-Encoding',
          extra: fileSecurity,
        });
        const served = { project: file.project, variant };
        cache.set(path, served, variant.bytes);
        return served;
      }
      const served = { project: file.project, file: openFile(core, file, cacheControl) };
      if (Buffer.isBuffer(served.file.content)) cache.set(path, served, file.size + 1024);
      return served;
    },
  };
}

interface FilePlace {
  sha256: string;
  filename: string;
  isMetadata: boolean;
}

const pattern = /^\/files\/([0-9a-f]{2})\/(\1[0-9a-f]{62})\/([^/]+)$/;

function readFilePath(path: string): FilePlace | undefined {
  const [, , sha256 = '', encoded = ''] = pattern.exec(path) ?? [];
  const name = decodePart(encoded);
  if (sha256 === '' || name === undefined) return undefined;
  const isMetadata = name.endsWith('.whl.metadata');
  return { sha256, filename: isMetadata ? name.slice(0, -'.metadata'.length) : name, isMetadata };
}

/** Nothing in a stranger's file runs in the name of this server, whatever a browser takes it for. */
export const fileSecurity: RawHeaders = ['Content-Security-Policy', "default-src 'none'; sandbox"];

export function fileHeaders(etag: string, cacheControl: string): RawHeaders {
  return [
    'Content-Type',
    'application/octet-stream',
    'ETag',
    etag,
    'Accept-Ranges',
    'bytes',
    'Cache-Control',
    cacheControl,
    'X-Content-Type-Options',
    'nosniff',
    ...fileSecurity,
  ];
}

function openFile(core: Core, { sha256, size }: FileRecord, cacheControl: string): FileBody {
  const path = core.store.path(sha256);
  const etag = `"${sha256}"`;
  const content = size <= smallBytes ? readSmall(path) : { path };
  return { content, size, etag, headers: fileHeaders(etag, cacheControl) };
}

/** A record without its file is found by `serve --check`; here it is an error with the way out. */
function readSmall(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    throw new Error(`the file of a record is missing: run \`clutch serve --check\` (${path})`, {
      cause: error,
    });
  }
}
