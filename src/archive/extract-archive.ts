// An archive of whatever format: zip or tar, told apart by its first bytes.

import { detectCompression } from './decompress.ts';
import { extractTar } from './extract-tar.ts';
import { extractZip } from './extract-zip.ts';
import type { ExtractedFile, ExtractOptions } from './write-member.ts';

/** As `extractZip` or `extractTar`. */
export async function extractArchive(
  path: string,
  target: string,
  options: ExtractOptions = {},
): Promise<ExtractedFile[]> {
  if (detectCompression(path) === 'zip') return extractZip(path, target, options);
  return extractTar(path, target, options);
}
