// A project page in JSON (PEP 691, 700, 714). Foreign data: what has the wrong type is passed over, file by file.

import { BuildError } from '#base';
import type { Link } from './link.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The page's files in order; fails with `INDEX_PAGE` when it is no such page or of a later major version. */
export function parseJsonPage(text: string, page: string): readonly Link[] {
  const document = parseObject(text, page);
  const meta = isObject(document['meta']) ? document['meta'] : {};
  const stated = meta['api-version'];
  const version = typeof stated === 'string' ? stated : '1.0';
  if (!/^1(\.|$)/.test(version)) {
    throw new BuildError(
      'INDEX_PAGE',
      `Index page \`${page}\` has version ${version} of the simple API, only 1 is known`,
      {
        hint: 'use another index, or a newer version of this program',
      },
    );
  }
  const files = Array.isArray(document['files']) ? document['files'] : [];
  return files.flatMap((file: unknown) => (isObject(file) ? linkOfFile(file) : []));
}

function parseObject(text: string, page: string): Fields {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badPage(page, error);
  }
  if (isObject(document)) return document;
  throw badPage(page, undefined);
}

function badPage(page: string, cause: unknown): BuildError {
  return new BuildError('INDEX_PAGE', `Index page \`${page}\` is not the JSON it says it is`, {
    hint: 'try again; when it stays, the index or a proxy between is broken',
    cause,
  });
}

function linkOfFile(file: Fields): Link[] {
  const { filename, url, yanked, size, provenance, 'upload-time': uploadTime } = file;
  if (typeof filename !== 'string' || typeof url !== 'string') return [];
  const requiresPython = file['requires-python'];
  const metadataHash = metadataHashOf(
    file['core-metadata'] ?? file['data-dist-info-metadata'] ?? file['dist-info-metadata'],
  );
  return [
    {
      href: url,
      filename,
      hashes: hashesOf(file['hashes']),
      ...(typeof requiresPython === 'string' && requiresPython !== '' && { requiresPython }),
      ...((yanked === true || (typeof yanked === 'string' && yanked !== '')) && { yanked }),
      ...(metadataHash !== undefined && { metadataHash }),
      ...(typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 && { size }),
      ...(typeof uploadTime === 'string' && { uploadTime }),
      ...(typeof provenance === 'string' && { provenance }),
    },
  ];
}

const hashNames = new Set(['sha512', 'sha384', 'sha256', 'sha224', 'sha1', 'md5']);

function hashesOf(value: unknown): Record<string, string> {
  const hashes: Record<string, string> = {};
  if (!isObject(value)) return hashes;
  for (const [name, digest] of Object.entries(value)) {
    if (hashNames.has(name) && typeof digest === 'string') hashes[name] = digest.toLowerCase();
  }
  return hashes;
}

function metadataHashOf(value: unknown): string | true | undefined {
  if (value === true) return true;
  if (!isObject(value)) return undefined;
  return hashesOf(value)['sha256'] ?? true;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
