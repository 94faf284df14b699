// Who vouches for an egg: Ed25519 signatures (RFC 8032) over the bytes of a manifest. A private key is a PKCS #8 PEM
// file, as `openssl genpkey -algorithm ed25519` writes it; a public key is one word, `ed25519:` and its 32 bytes in
// base64. A key's id is the start of the SHA-256 of those bytes.

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BuildError, hasCode, hashBytes, type Where } from '#base';

export interface TrustedKey {
  /** 16 hexadecimal digits. */
  id: string;
  key: KeyObject;
}

export interface SigningKey extends TrustedKey {
  /** `ed25519:…` */
  publicText: string;
}

/** Set before what is signed, so that a signature for anything else is none for an egg. */
const purpose = 'clutch-egg-v1\n';

const publicPrefix = 'ed25519:';
/** SubjectPublicKeyInfo of an Ed25519 key (RFC 8410) up to the key itself. */
const publicHeader = Buffer.from('302a300506032b6570032100', 'hex');

/** A new pair: the private key as PEM, the public one as a word. */
export function generateSigningKey(): { privatePem: string; publicText: string; id: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicText = formatPublicKey(publicKey);
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return { privatePem: privatePem.toString(), publicText, id: keyId(publicKey) };
}

/** A public key as it is written in a configuration; fails with `REMOTE_KEY_INVALID`. */
export function parseTrustedKey(text: string, where: Where = {}): TrustedKey {
  const bytes = text.startsWith(publicPrefix)
    ? Buffer.from(text.slice(publicPrefix.length), 'base64')
    : undefined;
  if (bytes?.length !== 32) {
    throw new BuildError('REMOTE_KEY_INVALID', `\`${text}\` is no public key`, {
      hint: 'a public key is `ed25519:` and 44 characters of base64, as `clutch cache keygen` prints it',
      where,
    });
  }
  const key = createPublicKey({ key: Buffer.concat([publicHeader, bytes]), format: 'der', type: 'spki' });
  return { id: keyId(key), key };
}

/** The private key in a file; fails with `REMOTE_KEY_INVALID` when there is none. */
export function readSigningKey(file: string): SigningKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(file));
  } catch (error) {
    const reason = hasCode(error, 'ENOENT', 'ENOTDIR')
      ? 'is not there'
      : hasCode(error, 'EACCES', 'EISDIR')
        ? 'cannot be read'
        : 'holds no private key';
    throw invalidKeyFile(file, reason, error);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw invalidKeyFile(file, 'holds no Ed25519 key');
  const publicKey = createPublicKey(key);
  return { id: keyId(publicKey), key, publicText: formatPublicKey(publicKey) };
}

/** The signature as a line of text: the key's id and the signature in base64. */
export function signManifest(manifest: Uint8Array, { id, key }: SigningKey): string {
  return `${id} ${sign(null, purposed(manifest), key).toString('base64')}\n`;
}

/** The id of the trusted key that signed these bytes; else why there is none. */
export function verifyManifest(
  manifest: Uint8Array,
  signature: string,
  trusted: readonly TrustedKey[],
): { signer: string } | { problem: string } {
  const [id = '', text = ''] = signature.trim().split(' ');
  if (!/^[0-9a-f]{16}$/.test(id)) return { problem: 'its signature is no signature' };
  const known = trusted.find((key) => key.id === id);
  if (known === undefined) return { problem: `it is signed by the key ${id}, which is not trusted` };
  const isValid = verify(null, purposed(manifest), known.key, Buffer.from(text, 'base64'));
  return isValid ? { signer: id } : { problem: `its signature is not that of the key ${id}` };
}

function purposed(manifest: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(purpose), manifest]);
}

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(publicHeader.length);
}

function formatPublicKey(key: KeyObject): string {
  return publicPrefix + rawPublicKey(key).toString('base64');
}

function keyId(key: KeyObject): string {
  return hashBytes(rawPublicKey(key)).slice(0, 16);
}

function invalidKeyFile(file: string, problem: string, cause?: unknown): BuildError {
  return new BuildError('REMOTE_KEY_INVALID', `The signing key \`${file}\` ${problem}`, {
    hint: 'make one with `clutch cache keygen FILE`, and name it with `signing-key` in [remote-cache]',
    where: { file },
    cause,
  });
}
