// LZMA, by the Python that clutch builds for: Node has no such encoder, and Python before 3.14 decodes nothing better.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildError } from '#base';
import { pythonSourceFile, runPython } from '#python';

export interface CompressedStreams {
  /** Literal context bits, position bits and dictionary size of each stream. */
  properties: Readonly<Record<string, readonly number[]>>;
  content: ReadonlyMap<string, Buffer>;
}

/** Each stream as raw LZMA; fails with RELEASE_NO_LZMA when `python` has no `lzma` module. */
export async function compressStreams(
  streams: Readonly<Record<string, Uint8Array>>,
  python: string,
): Promise<CompressedStreams> {
  const directory = mkdtempSync(join(tmpdir(), 'clutch-delta-'));
  try {
    const names = Object.keys(streams);
    const files = names.map((name) => join(directory, name));
    for (const [index, name] of names.entries()) writeFileSync(files[index] ?? '', streams[name] ?? '');
    const properties = await pack(files, python);
    return {
      properties: Object.fromEntries(names.map((name, index) => [name, properties[index] ?? []])),
      content: new Map(names.map((name, index) => [name, readFileSync(`${files[index]}.lzma`)])),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function pack(files: readonly string[], python: string): Promise<number[][]> {
  const result = await runPython(python, ['-I', '-S', pythonSourceFile('pack_streams.py')], {
    input: JSON.stringify(files),
  });
  if (result.code === 0) return JSON.parse(result.stdout) as number[][];
  if (!/No module named '_?lzma'/.test(result.stderr)) throw new Error(result.stderr);
  throw new BuildError('RELEASE_NO_LZMA', `The Python \`${python}\` was built without LZMA`, {
    hint: 'set BUILDOUT_PYTHON to one that has the module lzma',
  });
}
