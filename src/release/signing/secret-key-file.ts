// minisign's file of a secret key: two lines, of which the second is base64 of
//
//   2 bytes  "Ed"       2 bytes  "Sc", or zero without a password       2 bytes  "B2"
//   32 bytes salt       8 bytes  opslimit       8 bytes  memlimit       (little-endian)
//   104 bytes: key id (8), secret key (64: seed and public key), and 32 more: without a password zero; with one,
//   BLAKE2b-256 over "Ed", id and secret key, and all of it xor the stream that scrypt makes of the password
//
// scrypt's parameters are libsodium's (`crypto_pwhash_scryptsalsa208sha256`, pickparams).

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { BuildError } from '#base';
import { secretKeyOf, type SecretKey } from './secret-key.ts';

/** Asked only when the key has a password. */
export type AskPassword = () => Promise<string>;

const comment = 'untrusted comment: minisign encrypted secret key';
const algorithm = Buffer.from('Ed');
const checksumAlgorithm = Buffer.from('B2');
const lengths = { header: 54, secret: 104 };
export interface PasswordCosts {
  opslimit: bigint;
  memlimit: bigint;
}

/** What minisign takes: some seconds and 1 GiB of memory. */
const usual: PasswordCosts = { opslimit: 2n ** 25n, memlimit: 2n ** 30n };

/** The key in `text`, from `file`. Fails with `RELEASE_BAD_KEY`, or `RELEASE_WRONG_PASSWORD`. */
export async function parseSecretKey(text: string, file: string, ask: AskPassword): Promise<SecretKey> {
  const [first = '', second = ''] = text.split(/\r?\n/);
  const bytes = Buffer.from(second, 'base64');
  const isKey = first.startsWith('untrusted comment:') && bytes.length === lengths.header + lengths.secret;
  if (!isKey || !bytes.subarray(0, 2).equals(algorithm))
    throw badKey(file, 'it is no secret key of minisign');
  if (!bytes.subarray(4, 6).equals(checksumAlgorithm))
    throw badKey(file, 'its checksum is of an unknown kind');
  const kind = bytes.toString('latin1', 2, 4);
  const secret = bytes.subarray(lengths.header);
  if (kind === '\0\0') return plainKey(secret, file);
  if (kind !== 'Sc') throw badKey(file, 'it is encrypted in an unknown way');
  const limits = { opslimit: bytes.readBigUInt64LE(38), memlimit: bytes.readBigUInt64LE(46) };
  const stream = await stretch(await ask(), bytes.subarray(6, 38), { ...limits, file });
  return checkedKey(xor(secret, stream), wrongPassword(file));
}

/** The text of the file. Without a password whoever reads it can sign. */
export async function formatSecretKey(
  key: SecretKey,
  password: string | undefined,
  { opslimit, memlimit }: PasswordCosts = usual,
): Promise<string> {
  const checksum = password === undefined ? noChecksum : await checksumOf(key);
  const secret = Buffer.concat([key.id, key.seed, key.publicKey, checksum]);
  const header = Buffer.alloc(lengths.header);
  algorithm.copy(header, 0);
  checksumAlgorithm.copy(header, 4);
  let content: Buffer = secret;
  if (password !== undefined) {
    header.write('Sc', 2, 'latin1');
    const salt = randomBytes(32);
    salt.copy(header, 6);
    header.writeBigUInt64LE(opslimit, 38);
    header.writeBigUInt64LE(memlimit, 46);
    content = xor(secret, await stretch(password, salt, { opslimit, memlimit, file: 'the new key' }));
  }
  return `${comment}\n${Buffer.concat([header, content]).toString('base64')}\n`;
}

const noChecksum = Buffer.alloc(32);

async function checkedKey(secret: Buffer, failure: BuildError): Promise<SecretKey> {
  const key = keyIn(secret);
  const isWhole = timingSafeEqual(await checksumOf(key), secret.subarray(72));
  if (!isWhole || !key.publicKey.equals(secret.subarray(40, 72))) throw failure;
  return key;
}

function plainKey(secret: Buffer, file: string): SecretKey {
  const key = keyIn(secret);
  const isWhole = secret.subarray(72).equals(noChecksum) && key.publicKey.equals(secret.subarray(40, 72));
  if (!isWhole) throw badKey(file, 'it was changed');
  return key;
}

function keyIn(secret: Buffer): SecretKey {
  return secretKeyOf(Buffer.from(secret.subarray(0, 8)), Buffer.from(secret.subarray(8, 40)));
}

/** BLAKE2b with a digest of 32 bytes, which OpenSSL does not offer. */
async function checksumOf({ id, seed, publicKey }: SecretKey): Promise<Buffer> {
  const { blake2b } = await import('@noble/hashes/blake2.js');
  return Buffer.from(blake2b(Buffer.concat([algorithm, id, seed, publicKey]), { dkLen: 32 }));
}

type Limits = PasswordCosts & { file: string };

async function stretch(password: string, salt: Buffer, limits: Limits): Promise<Buffer> {
  const { N, p } = scryptCosts(limits);
  const r = 8;
  const run = promisify<string, Buffer, number, object, Buffer>(scrypt);
  const maxmem = 128 * r * (N + p) + 2 ** 20;
  if (maxmem > 2 ** 33) throw badKey(limits.file, 'its password needs more than 8 GB of memory');
  return run(password, salt, lengths.secret, { N, r, p, maxmem });
}

function scryptCosts({ opslimit, memlimit }: Limits): { N: number; p: number } {
  const operations = opslimit < 32_768n ? 32_768n : opslimit;
  const isFew = operations < memlimit / 32n;
  const largest = isFew ? operations / 32n : memlimit / 1024n;
  let exponent = 1n;
  while (exponent < 63n && 2n ** exponent <= largest / 2n) exponent += 1n;
  const rounds = isFew ? 8n : operations / 4n / 2n ** exponent;
  const most = 0x3fff_ffffn;
  return { N: Number(2n ** exponent), p: Number((rounds > most ? most : rounds) / 8n) };
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}

function badKey(file: string, problem: string): BuildError {
  return new BuildError('RELEASE_BAD_KEY', `\`${file}\` cannot be signed with: ${problem}`, {
    hint: 'make a key with `clutch release key FILE` or `minisign -G`, and name the secret one',
    where: { file },
  });
}

function wrongPassword(file: string): BuildError {
  return new BuildError('RELEASE_WRONG_PASSWORD', `That is not the password of \`${file}\``, {
    where: { file },
  });
}
