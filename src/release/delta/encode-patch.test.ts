// The patch is made in TypeScript and applied in Python: what comes out must be what went in, whatever the bytes.

import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { findPython, pythonSourceFile } from '#python';
import { array, constantFrom, integer, sample, tuple, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { encodePatch, type FileToMake } from './encode-patch.ts';
import { createMatchFinder } from './find-matches.ts';

const decoder = `
import base64, io, json, sys
sys.path.insert(0, sys.argv[1])
from clutch_release.patch import Patch, Sources
for case in json.load(sys.stdin):
    sources = [base64.b64decode(text) for text in case['sources']]
    streams = {name: base64.b64decode(text) for name, text in case['streams'].items()}
    patch = Patch(Sources([len(source) for source in sources], sources.__getitem__), {name: lambda content=content: io.BytesIO(content) for name, content in streams.items()})
    print(json.dumps([base64.b64encode(patch.next_file(size)).decode() for size in case['sizes']]))
`;

interface Case {
  sources: readonly Uint8Array[];
  files: readonly FileToMake[];
}

function encode({ sources, files }: Case): Record<string, string> {
  let end = 0;
  const ends = sources.map((source) => (end += source.length));
  const streams = encodePatch(Buffer.concat(sources), ends, files);
  return Object.fromEntries(Object.entries(streams).map(([name, bytes]) => [name, bytes.toString('base64')]));
}

async function decode(cases: readonly Case[]): Promise<Buffer[][]> {
  const input = cases.map((one) => ({
    sources: one.sources.map((source) => Buffer.from(source).toString('base64')),
    sizes: one.files.map(({ content }) => content.length),
    streams: encode(one),
  }));
  const python = await findPython(process.env);
  const directory = dirname(pythonSourceFile('probe.py'));
  const { stdout, stderr } = spawnSync(python, ['-B', '-c', decoder, directory], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  expect(stderr).toBe('');
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as string[]).map((text) => Buffer.from(text, 'base64')));
}

test('what comes out is what went in, whatever the bytes', async () => {
  const block = uint8Array({ maxLength: 60 });
  const file = array(integer({ min: 0, max: 9 }), { maxLength: 12 });
  const blocks = tuple(
    array(block, { minLength: 10, maxLength: 10 }),
    array(file, { maxLength: 4 }),
    array(file, { maxLength: 4 }),
  );
  const cases = sample(tuple(blocks, integer(), constantFrom(0, 1, 7)), { numRuns: 300, seed: 3 }).map(
    ([[pieces, before, after], seed, step]): Case => {
      const lay = (numbers: readonly number[]): Buffer =>
        Buffer.concat(numbers.map((number) => pieces[number] ?? new Uint8Array()));
      const files = after.map((numbers, index) => {
        const content = lay(numbers);
        // Single bytes differ, as addresses and line numbers do.
        if (step > 0)
          for (let at = seed & 7; at < content.length; at += 9)
            content[at] = ((content[at] ?? 0) + step) & 0xff;
        return { content, hint: index === 0 ? 0 : undefined };
      });
      return { sources: before.map(lay), files };
    },
  );
  const decoded = await decode(cases);
  expect(decoded).toEqual(cases.map(({ files }) => files.map(({ content }) => Buffer.from(content))));
});

test('a file that only differs in single bytes is one copy, and an insertion ends it', () => {
  const lines = Array.from({ length: 400 }, (_, index) => `line ${index}: ${index * 7919}\n`);
  const source = Buffer.from(lines.join(''));
  const changed = Buffer.from(source);
  for (let at = 50; at < changed.length; at += 50) changed[at] = 0x21;
  const finder = createMatchFinder(source, [source.length]);
  const [match, ...more] = finder.find(changed, 0);
  expect(more).toEqual([]);
  expect(match).toMatchObject({ at: 0, from: 0, length: source.length });
  const inserted = Buffer.concat([source.subarray(0, 1000), Buffer.from('# new\n'), source.subarray(1000)]);
  expect(finder.find(inserted, 0).length).toBe(2);
});

test('no copy goes over the end of a file of the sources', () => {
  const source = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz'.repeat(20));
  const ends = [source.length / 2 - 5, source.length];
  for (const { from, length } of createMatchFinder(source, ends).find(source, 0)) {
    expect(ends.some((end, index) => from >= (ends[index - 1] ?? 0) && from + length <= end)).toBe(true);
  }
});
