// Signatures as minisign makes them: of the BLAKE2b-512 digest (`ED`, "prehashed"), with a trusted comment that is signed
// too.

import { createHash, sign } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { keyObjectOf, type SecretKey } from './secret-key.ts';

export interface SignOptions {
  key: SecretKey;
  /** The name of the file, for the trusted comment. */
  file: string;
  /** Seconds since 1970, for the trusted comment. */
  epoch: number;
}

/** The text of a `.minisig` file for `content`. */
export function signContent(content: string | Uint8Array, options: SignOptions): string {
  return formatSignature(createHash('blake2b512').update(content).digest(), options);
}

/** The same for a file, which is not read into memory. */
export async function signFile(path: string, options: Omit<SignOptions, 'file'>): Promise<string> {
  const hash = createHash('blake2b512');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return formatSignature(hash.digest(), { ...options, file: basename(path) });
}

function formatSignature(digest: Buffer, { key, file, epoch }: SignOptions): string {
  const object = keyObjectOf(key.seed);
  const signature = sign(null, digest, object);
  const trusted = `timestamp:${epoch}\tfile:${file.replaceAll(/\s/g, '_')}\thashed`;
  const whole = sign(null, Buffer.concat([signature, Buffer.from(trusted)]), object);
  return [
    'untrusted comment: signature from minisign secret key',
    Buffer.concat([Buffer.from('ED'), key.id, signature]).toString('base64'),
    `trusted comment: ${trusted}`,
    whole.toString('base64'),
    '',
  ].join('\n');
}
