import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  generateSigningKey,
  parseTrustedKey,
  readSigningKey,
  signManifest,
  verifyManifest,
} from './signing.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-signing-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function keyFile(name: string, text: string): string {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
}

const manifest = Buffer.from('{"format": 1}\n');

test('what a key signs, its public key vouches for, and no other bytes', () => {
  const { privatePem, publicText, id } = generateSigningKey();
  const key = readSigningKey(keyFile('one.pem', privatePem));
  expect(key).toMatchObject({ id, publicText });
  const trusted = [parseTrustedKey(publicText)];
  const signature = signManifest(manifest, key);
  expect(verifyManifest(manifest, signature, trusted)).toEqual({ signer: id });
  expect(verifyManifest(Buffer.from('{"format": 2}\n'), signature, trusted)).toEqual({
    problem: `its signature is not that of the key ${id}`,
  });
  const other = parseTrustedKey(generateSigningKey().publicText);
  expect(verifyManifest(manifest, signature, [other])).toEqual({
    problem: `it is signed by the key ${id}, which is not trusted`,
  });
});

test.each(['', 'x', '0123456789abcdef', '0123456789abcdef !!', 'a'.repeat(4000), '\0\n\0'])(
  'the signature %j is refused without a crash',
  (signature) => {
    const trusted = [parseTrustedKey(generateSigningKey().publicText)];
    expect(verifyManifest(manifest, signature, trusted)).toHaveProperty('problem');
  },
);

test('a signature for another purpose is none for an egg', async () => {
  const { privatePem, publicText, id } = generateSigningKey();
  const key = readSigningKey(keyFile('purpose.pem', privatePem));
  const { sign } = await import('node:crypto');
  const plain = `${id} ${sign(null, manifest, key.key).toString('base64')}\n`;
  expect(verifyManifest(manifest, plain, [parseTrustedKey(publicText)])).toHaveProperty('problem');
});

test("a key of OpenSSL's is a signing key, one of another kind is not", () => {
  const path = join(root, 'openssl.pem');
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', path]);
  expect(readSigningKey(path).publicText).toMatch(/^ed25519:[A-Za-z0-9+/]{43}=$/);
  const rsa = join(root, 'rsa.pem');
  execFileSync('openssl', [
    'genpkey',
    '-algorithm',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-out',
    rsa,
  ]);
  expect(() => readSigningKey(rsa)).toThrow('holds no Ed25519 key');
});

test('a key file that is missing or no key is named', () => {
  expect(() => readSigningKey(join(root, 'none.pem'))).toThrow('none.pem` is not there');
  expect(() => readSigningKey(keyFile('text.pem', 'hello'))).toThrow('text.pem` holds no private key');
  expect(() => readSigningKey(root)).toThrow('cannot be read');
});

test.each(['', 'ed25519:', 'ed25519:AAAA', 'AAAA', `rsa:${'A'.repeat(43)}=`])(
  '%j is no public key',
  (text) => {
    expect(() => parseTrustedKey(text, { file: '/etc/clutch/clutch.cfg', line: 3 })).toThrow(
      expect.objectContaining({
        code: 'REMOTE_KEY_INVALID',
        where: { file: '/etc/clutch/clutch.cfg', line: 3 },
      }),
    );
  },
);
