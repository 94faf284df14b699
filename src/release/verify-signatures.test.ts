// Ed25519 and minisign in plain Python, against RFC 8032, Node's OpenSSL, and signatures made to deceive.

import { spawnSync } from 'node:child_process';
import { randomBytes, sign, verify } from 'node:crypto';
import { dirname } from 'node:path';
import { findPython, pythonSourceFile } from '#python';
import { expect, test } from 'vitest';
import { createSecretKey, formatPublicKey, signContent, type SecretKey } from './signing/index.ts';
import { keyObjectOf } from './signing/secret-key.ts';

async function askPython<Answer>(program: string, input: unknown): Promise<Answer> {
  const python = await findPython(process.env);
  const words = ['-B', '-c', `import json, sys\nsys.path.insert(0, sys.argv[1])\n${program}`];
  const { stdout, stderr } = spawnSync(python, [...words, dirname(pythonSourceFile('probe.py'))], {
    input: JSON.stringify(input),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Answer;
}

/** Key, signature, message, each in hexadecimal. */
type Vector = readonly [string, string, string];

function verdicts(vectors: readonly Vector[]): Promise<boolean[]> {
  const program = [
    'from clutch_release.ed25519 import verify',
    'print(json.dumps([verify(*map(bytes.fromhex, vector)) for vector in json.load(sys.stdin)]))',
  ].join('\n');
  return askPython(program, vectors);
}

/** RFC 8032, section 7.1: TEST 1, 2 and 3. */
const vectors: readonly Vector[] = [
  [
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    '',
  ],
  [
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    '72',
  ],
  [
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    'af82',
  ],
];

test('the vectors of RFC 8032', async () => {
  expect(await verdicts(vectors)).toEqual([true, true, true]);
});

test('agrees with OpenSSL on signatures, changed in any bit or not', async () => {
  const key = createSecretKey();
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.publicKey]);
  const publicKey = { key: der, format: 'der', type: 'spki' } as const;
  const cases = Array.from({ length: 48 }, (_, index) => {
    const message = randomBytes(index);
    const signature = sign(null, message, keyObjectOf(key.seed));
    const bit = index * 10;
    if (index % 3 !== 0) signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return { message, signature };
  });
  const expected = cases.map(({ message, signature }) => verify(null, message, publicKey, signature));
  expect(expected.filter(Boolean).length).toBe(16);
  const asked = cases.map(({ message, signature }): Vector => [
    key.publicKey.toString('hex'),
    signature.toString('hex'),
    message.toString('hex'),
  ]);
  expect(await verdicts(asked)).toEqual(expected);
});

const order = 2n ** 252n + 27742317777372353535851937790883648493n;

function littleEndian(value: bigint): string {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex');
}

test('S plus the order of the group is another text of the same signature, and is refused', async () => {
  const [key, signature, message] = vectors[1] ?? ['', '', ''];
  const s = BigInt(`0x${Buffer.from(signature.slice(64), 'hex').reverse().toString('hex')}`);
  const forged = [1n, 2n, 7n].map((times): Vector => [
    key,
    signature.slice(0, 64) + littleEndian(s + times * order),
    message,
  ]);
  expect(await verdicts(forged)).toEqual([false, false, false]);
});

test('keys and R of small order, and texts of points that are not canonical, are refused although the equation holds', async () => {
  const program = `
import hashlib
from clutch_release import ed25519 as e

def encode(point):
    x, y, z, _ = point
    inverse = pow(z, e.P - 2, e.P)
    return (y * inverse % e.P | (x * inverse % e.P & 1) << 255).to_bytes(32, 'little')

def challenge(r, key, message):
    return int.from_bytes(hashlib.sha512(r + key + message).digest(), 'little') % e.ORDER

# All points of small order: multiples of one of order 8, found as ORDER times any point.
small = set()
y = 2
while len(small) < 8:
    x = e.recover_x(y, 0)
    if x is not None:
        point = e.multiply(e.ORDER, (x, y, 1, x * y % e.P))
        small |= {encode(e.multiply(factor, point)) for factor in range(8)}
    y += 1
results = {'points': len(small), 'held': 0, 'accepted': 0}
for key in sorted(small):
    point = e.decode_point(key)
    for number in range(16):
        message = b'%d' % number
        s = 12345 + number
        r = encode(e.multiply(s, e.BASE))
        k = challenge(r, key, message)
        if e.is_equal(e.multiply(s, e.BASE), e.add(e.multiply(s, e.BASE), e.multiply(k, point))):
            results['held'] += 1
            results['accepted'] += e.verify(key, r + s.to_bytes(32, 'little'), message)
# R of small order: S is k times the secret scalar.
secret = 987654321
key = encode(e.multiply(secret, e.BASE))
neutral = encode(e.NEUTRAL)
k = challenge(neutral, key, b'message')
s = k * secret % e.ORDER
results['neutralHolds'] = e.is_equal(e.multiply(s, e.BASE), e.multiply(k, e.decode_point(key)))
results['neutralAccepted'] = e.verify(key, neutral + s.to_bytes(32, 'little'), b'message')
# The same with an honest R is a signature.
r = encode(e.multiply(77, e.BASE))
s = (77 + challenge(r, key, b'message') * secret) % e.ORDER
results['honest'] = e.verify(key, r + s.to_bytes(32, 'little'), b'message')
# y from P on, and x = 0 with a sign: texts that are no canonical ones.
texts = [(e.P + low | sign << 255).to_bytes(32, 'little') for low in range(19) for sign in (0, 1)]
texts += [(1 | 1 << 255).to_bytes(32, 'little'), (e.P - 1 | 1 << 255).to_bytes(32, 'little')]
results['decoded'] = sum(e.decode_point(text) is not None for text in texts)
print(json.dumps(results))
`;
  const results = await askPython<Record<string, unknown>>(program, null);
  expect(results).toMatchObject({
    points: 8,
    accepted: 0,
    neutralHolds: true,
    neutralAccepted: false,
    honest: true,
    decoded: 0,
  });
  // The neutral element always, the others as often as their order says.
  expect(results['held']).toBeGreaterThan(16);
});

interface Attempt {
  content: string;
  signature: string;
  key: string;
}

function judged(attempts: readonly Attempt[]): Promise<string[]> {
  const program = `
import base64
from clutch_release.failures import Failure
from clutch_release.minisign import parse_key, verify_signature
answers = []
for attempt in json.load(sys.stdin):
    try:
        key = parse_key(attempt['key'], 'key.pub')
        answers.append('ok: ' + verify_signature(base64.b64decode(attempt['content']), attempt['signature'], key, 'F'))
    except Failure as failure:
        answers.append('%d: %s' % (failure.code, failure.message))
print(json.dumps(answers))
`;
  return askPython(program, attempts);
}

test('signatures of minisign: one is accepted, every change of it is refused by name', async () => {
  const key = createSecretKey();
  const other = createSecretKey();
  const content = Buffer.from('the content of a release');
  const signed = (by: SecretKey): string => signContent(content, { key: by, file: 'shop.pyz', epoch: 7 });
  const good = signed(key);
  const lines = good.split('\n');
  const withLine = (index: number, line: string): string => lines.toSpliced(index, 1, line).join('\n');
  const legacy = Buffer.from(lines[1] ?? '', 'base64');
  legacy[1] = 0x64;
  const impostor = signed({ ...other, id: key.id });
  const attempts: [Partial<Attempt>, string][] = [
    [{}, 'ok: timestamp:7\tfile:shop.pyz\thashed'],
    [{ key: formatPublicKey(key).split('\n')[1] ?? '' }, 'ok: timestamp:7\tfile:shop.pyz\thashed'],
    [
      { content: Buffer.from('another content').toString('base64') },
      '77: `F` is not trusted: the signature does not fit',
    ],
    [{ signature: impostor }, '77: `F` is not trusted: the signature does not fit'],
    [{ signature: signed(other) }, '77: `F` is not trusted: it was signed by the key '],
    [
      { signature: withLine(2, 'trusted comment: shop 9.9') },
      '77: `F` is not trusted: the trusted comment was changed',
    ],
    [
      { signature: withLine(1, legacy.toString('base64')) },
      '77: `F` is not trusted: the signature is not a prehashed one',
    ],
    [{ signature: withLine(1, '!!!') }, "77: `F` is not trusted: the signature is not in minisign's format"],
    [
      { signature: lines.slice(0, 2).join('\n') },
      "77: `F` is not trusted: the signature is not in minisign's format",
    ],
    [{ signature: '' }, "77: `F` is not trusted: the signature is not in minisign's format"],
    [{ signature: `${good}more\n` }, "77: `F` is not trusted: the signature is not in minisign's format"],
    [{ key: 'no key' }, '77: `key.pub` is no public key of minisign'],
  ];
  const whole = attempts.map(([change]) => ({
    content: content.toString('base64'),
    signature: good,
    key: formatPublicKey(key),
    ...change,
  }));
  const answers = await judged(whole);
  for (const [index, [, expected]] of attempts.entries()) expect(answers[index]).toContain(expected);
});
