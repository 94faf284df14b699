import { assert, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { encodeActionResult, tryDecodeActionResult, type OutputFile } from './action-result.ts';

const sha256 = 'ab'.repeat(32);

// Written by bazel-remote 2.6.1 for one output file `a` of 120,000 bytes; it added execution_metadata (field 9).
const byBazelRemote = Buffer.concat([
  encodeActionResult([{ path: 'a', sha256, size: 120_000 }]),
  Buffer.from('4a110a0f', 'hex'),
  Buffer.from('127.0.0.1:43210'),
]);

test('reads what it writes, and passes over what a server adds', () => {
  const files: OutputFile[] = [
    { path: 'egg.tar', sha256, size: 5_000_000_000 },
    { path: 'manifest.json', sha256: 'cd'.repeat(32), size: 0 },
  ];
  expect([...(tryDecodeActionResult(encodeActionResult(files)) ?? [])].map(([, file]) => file)).toEqual(
    files,
  );
  expect(tryDecodeActionResult(byBazelRemote)).toEqual(
    new Map([['a', { path: 'a', sha256, size: 120_000 }]]),
  );
});

test('the bytes are those of the message', () => {
  const expected = `124a0a017812450a40${Buffer.from(sha256).toString('hex')}10ac02`;
  expect(encodeActionResult([{ path: 'x', sha256, size: 300 }]).toString('hex')).toBe(expected);
});

test('an empty message has no files, and rubbish is no message', () => {
  expect(tryDecodeActionResult(Buffer.alloc(0))?.size).toBe(0);
  for (const text of ['garbage', '\x12', '\x12\x05abc', '\x0f\x00', '\xff'.repeat(20)])
    expect(tryDecodeActionResult(Buffer.from(text, 'latin1')), JSON.stringify(text)).toBeUndefined();
});

test('a file without a true digest is left out', () => {
  const bytes = encodeActionResult([{ path: 'x', sha256: '../../etc/passwd', size: 1 }]);
  expect(tryDecodeActionResult(bytes)?.size).toBe(0);
});

test('any bytes are read or refused, never a crash', () => {
  assert(
    property(uint8Array({ maxLength: 200 }), (bytes) => {
      const files = tryDecodeActionResult(bytes);
      return files === undefined || files instanceof Map;
    }),
  );
});
