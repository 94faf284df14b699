// Keys and signatures in minisign's format, made with Node's Ed25519: what the verifiers on the target are tested with.

import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

export interface SigningKey {
  identity: Buffer;
  secret: KeyObject;
  /** 32 bytes. */
  point: Buffer;
  /** The text of a `.pub` file. */
  publicText: string;
}

export function createSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const identity = randomBytes(8);
  const content = Buffer.concat([Buffer.from('Ed'), identity, point]).toString('base64');
  return { identity, secret: privateKey, point, publicText: `untrusted comment: a test's key\n${content}\n` };
}

/** The text of a `.minisig` file, of prehashed content. */
export function signContent(key: SigningKey, content: Uint8Array, comment = 'made by a test'): string {
  const signature = sign(null, createHash('blake2b512').update(content).digest(), key.secret);
  const whole = sign(null, Buffer.concat([signature, Buffer.from(comment)]), key.secret);
  return [
    'untrusted comment: whatever',
    Buffer.concat([Buffer.from('ED'), key.identity, signature]).toString('base64'),
    `trusted comment: ${comment}`,
    whole.toString('base64'),
    '',
  ].join('\n');
}
