// Tokens: made, checked, and what they allow.

import { timingSafeEqual } from 'node:crypto';
import type * as CryptoModule from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { TokenRecords, StoredToken } from '../records/token-records.ts';
import type { TokenRecord } from '../repository-contract.ts';
import { tokenOf } from './read-credentials.ts';
import { allows, createToken, verifyToken } from './tokens.ts';

vi.mock('node:crypto', async (original) => {
  const real = await original<typeof CryptoModule>();
  return { ...real, timingSafeEqual: vi.fn(real.timingSafeEqual) };
});

function book(...tokens: StoredToken[]): TokenRecords {
  return {
    insert: (token) => void tokens.push(token),
    find: (id) => tokens.find((token) => token.id === id),
    list: () => tokens,
    revoke: () => false,
  };
}

const order = { name: 'ci', actions: ['upload'], projects: [] };

test('a token is known by its secret, until it expires or is revoked', () => {
  const { record, token } = createToken({ ...order, expires: '1h' }, 1000);
  const tokens = book(record);
  expect(token).toMatch(/^clutch_[0-9a-f]{12}_[\w-]{43}$/);
  expect(JSON.stringify(record)).not.toContain(token.split('_').slice(2).join('_'));
  expect(verifyToken(tokens, token, 2000)).toMatchObject({
    name: 'ci',
    actions: ['upload'],
    projects: ['*'],
  });
  expect(verifyToken(tokens, token, 1000 + 3_600_000)).toBeUndefined();
  expect(verifyToken(book({ ...record, revoked: 1500 }), token, 2000)).toBeUndefined();
  const wrong = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
  for (const bad of [
    wrong,
    token.slice(0, -1),
    'clutch_x',
    '',
    `${token}x`,
    token.replace(record.id, '000000000000'),
  ]) {
    expect(verifyToken(tokens, bad, 2000), bad).toBeUndefined();
  }
});

test('every token is compared in constant time, by its whole hash, also one whose id nobody has', () => {
  const { record, token } = createToken(order, 0);
  const compared = vi.mocked(timingSafeEqual);
  const [, id, secret = ''] = token.split('_');
  for (const one of [
    token,
    `clutch_${id}_${'A'.repeat(43)}`,
    `clutch_000000000000_${secret}`,
    'clutch_',
    '',
  ]) {
    compared.mockClear();
    expect(verifyToken(book(record), one, 1) !== undefined).toBe(one === token);
    expect(compared.mock.calls.map((pair) => pair.map(({ byteLength }) => byteLength))).toEqual([[32, 32]]);
  }
});

test.each([
  [['upload'], ['*'], 'upload', 'anything', true],
  [['upload'], ['acme-*'], 'upload', 'acme-web', true],
  [['upload'], ['acme-*'], 'upload', 'acme', false],
  [['upload'], ['tool'], 'upload', 'tools', false],
  [['upload'], ['tool'], 'promote', 'tool', false],
  [['admin'], ['tool'], 'promote', 'tool', true],
  [['admin'], ['tool'], 'promote', 'other', false],
  [['upload'], ['tool'], 'upload', undefined, false],
  [['admin'], ['*'], 'admin', undefined, true],
] as const)('%j of %j: %s %s? %s', (...[actions, projects, action, project, expected]) => {
  const token: TokenRecord = { id: 'x', name: 'x', actions, projects, created: 0 };
  expect(allows(token, action, project)).toBe(expected);
});

test.each([
  [{ ...order, name: '' }],
  [{ ...order, name: 'a\nb' }],
  [{ ...order, actions: [] }],
  [{ ...order, actions: ['fly'] }],
  [{ ...order, projects: ['..'] }],
  [{ ...order, projects: ['*x'] }],
  [{ ...order, expires: 'soon' }],
])('refuses %j', (bad) => {
  expect(() => createToken(bad, 0)).toThrow();
});

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

test.each([
  ['Bearer abc', 'abc'],
  ['bearer  abc', 'abc'],
  [basic('user:abc'), 'abc'],
  [basic('__token__:a:b'), 'a:b'],
  [basic('abc:'), 'abc'],
  [basic('abc'), undefined],
  ['Digest x', undefined],
  [undefined, undefined],
])('the token in %s is %s', (header, token) => {
  expect(tokenOf(header)).toBe(token);
});
