// A key pair as minisign has it: Ed25519 and eight bytes that name it.

import { createPrivateKey, createPublicKey, randomBytes, type KeyObject } from 'node:crypto';

export interface SecretKey {
  /** Eight random bytes; signatures say with which key they were made. */
  id: Buffer;
  /** The 32 bytes that RFC 8032 calls the private key. */
  seed: Buffer;
  /** 32 bytes. */
  publicKey: Buffer;
}

export function createSecretKey(): SecretKey {
  return secretKeyOf(randomBytes(8), randomBytes(32));
}

export function secretKeyOf(id: Buffer, seed: Buffer): SecretKey {
  const exported = createPublicKey(keyObjectOf(seed)).export({ type: 'spki', format: 'der' });
  return { id, seed, publicKey: exported.subarray(exported.length - 32) };
}

const pkcs8Header = Buffer.from('302e020100300506032b657004220420', 'hex');

/** For node:crypto (RFC 8410). */
export function keyObjectOf(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Header, seed]), format: 'der', type: 'pkcs8' });
}

/** The key's name as minisign shows it: sixteen hexadecimal digits. */
export function keyIdOf({ id }: Pick<SecretKey, 'id'>): string {
  return id.readBigUInt64LE().toString(16).toUpperCase().padStart(16, '0');
}

/** The text of a `.pub` file. */
export function formatPublicKey(key: SecretKey): string {
  const content = Buffer.concat([Buffer.from('Ed'), key.id, key.publicKey]);
  return `untrusted comment: minisign public key ${keyIdOf(key)}\n${content.toString('base64')}\n`;
}
