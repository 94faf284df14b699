// Our keys and signatures, read by ourselves and by Node; test/peers has minisign's own opinion.

import { createHash, createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  createSecretKey,
  formatPublicKey,
  formatSecretKey,
  keyIdOf,
  parseSecretKey,
  signContent,
} from './index.ts';

const nobody = (): Promise<string> => Promise.reject(new Error('asked for a password'));
/** libsodium's smallest. */
const quick = { opslimit: 32_768n, memlimit: 16_777_216n };

test('a key without a password is read as it was written', async () => {
  const key = createSecretKey();
  const text = await formatSecretKey(key, undefined);
  expect(text).toMatch(/^untrusted comment: minisign encrypted secret key\nRWQAAEIy[A-Za-z0-9+/]{203}=\n$/);
  expect(await parseSecretKey(text, 'app.key', nobody)).toEqual(key);
});

test('a key with a password needs it', async () => {
  const key = createSecretKey();
  const text = await formatSecretKey(key, 'geheim', quick);
  expect(text).toContain('\nRWRTY0Iy');
  expect(await parseSecretKey(text, 'app.key', () => Promise.resolve('geheim'))).toEqual(key);
  await expect(parseSecretKey(text, 'app.key', () => Promise.resolve('wrong'))).rejects.toMatchObject({
    code: 'RELEASE_WRONG_PASSWORD',
    message: 'That is not the password of `app.key`',
  });
});

test('what is no key is refused by name', async () => {
  const key = createSecretKey();
  const text = await formatSecretKey(key, undefined);
  const changed = text.replace(/.(?=.{40}\n$)/, (letter) => (letter === 'A' ? 'B' : 'A'));
  const greedy = await formatSecretKey(key, 'x', { opslimit: 2n ** 60n, memlimit: 2n ** 60n }).catch(
    (error: unknown) => error,
  );
  expect(greedy).toMatchObject({ code: 'RELEASE_BAD_KEY' });
  const otherSeed = text.replace(/(?<=^RWQ.{90})./m, (letter) => (letter === 'A' ? 'B' : 'A'));
  expect(otherSeed).not.toBe(text);
  for (const bad of ['', 'x\ny', formatPublicKey(key), text.slice(0, -9), changed, otherSeed]) {
    await expect(parseSecretKey(bad, 'app.key', nobody)).rejects.toMatchObject({ code: 'RELEASE_BAD_KEY' });
  }
});

test('a signature holds for its content, its comment, and nothing else', () => {
  const key = createSecretKey();
  const text = signContent('content', { key, file: 'a file.tar', epoch: 7 });
  const [first, signed = '', trusted = '', whole = '', rest] = text.split('\n');
  expect([first, rest]).toEqual(['untrusted comment: signature from minisign secret key', '']);
  expect(trusted).toBe('trusted comment: timestamp:7\tfile:a_file.tar\thashed');
  const bytes = Buffer.from(signed, 'base64');
  expect(bytes.subarray(0, 10)).toEqual(Buffer.concat([Buffer.from('ED'), key.id]));
  const publicKey = createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.publicKey]),
    format: 'der',
    type: 'spki',
  });
  const digest = (content: string): Buffer => createHash('blake2b512').update(content).digest();
  const signature = bytes.subarray(10);
  expect(verify(null, digest('content'), publicKey, signature)).toBe(true);
  expect(verify(null, digest('contents'), publicKey, signature)).toBe(false);
  const comment = trusted.slice('trusted comment: '.length);
  const global = Buffer.concat([signature, Buffer.from(comment)]);
  expect(verify(null, global, publicKey, Buffer.from(whole, 'base64'))).toBe(true);
});

test('the public key says its name as minisign does', () => {
  const key = { ...createSecretKey(), id: Buffer.from('0102030405060708', 'hex') };
  expect(keyIdOf(key)).toBe('0807060504030201');
  expect(formatPublicKey(key)).toMatch(
    /^untrusted comment: minisign public key 0807060504030201\nRWQBAgMEBQYHC.{43}\n$/,
  );
});
