import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import type { StoredToken } from '../records/token-records.ts';
import { createSessions, type Sessions } from './sessions.ts';

const hour = 3_600_000;

function start(): {
  sessions: Sessions;
  token: StoredToken;
  wait: (milliseconds: number) => void;
  known: StoredToken[];
} {
  let time = 0;
  const token: StoredToken = {
    id: '0123456789ab',
    name: 'ci',
    actions: ['promote'],
    projects: ['*'],
    created: 0,
    expires: 30 * hour,
    hash: new Uint8Array(32),
  };
  const known = [token];
  const find = (id: string): StoredToken | undefined => known.find((one) => one.id === id);
  const records = { find, insert: () => undefined, list: () => [], revoke: () => false };
  const sessions = createSessions(records, () => time);
  return { sessions, token, known, wait: (milliseconds) => void (time += milliseconds) };
}

const request = (cookie: string): IncomingMessage =>
  ({ headers: { cookie } }) as Partial<IncomingMessage> as IncomingMessage;

test('a cookie stands for the token, without its secret, for twelve hours', () => {
  const { sessions, token, wait } = start();
  const value = sessions.open(token);
  const asked = request(`other=1; clutch_session=${value}; more=2`);
  expect(sessions.find(asked)).toMatchObject({ id: token.id, name: 'ci' });
  expect(sessions.find(asked)).not.toHaveProperty('hash');
  wait(12 * hour - 1);
  expect(sessions.find(asked)).toBeDefined();
  wait(1);
  expect(sessions.find(asked)).toBeUndefined();
});

test.each([
  '',
  'clutch_session=',
  'clutch_session=short',
  `clutch_session=${'a'.repeat(43)}`,
  `x_clutch_session=${'a'.repeat(43)}`,
])('the cookie %j stands for nothing', (cookie) => {
  const { sessions, token } = start();
  sessions.open(token);
  expect(sessions.find(request(cookie))).toBeUndefined();
});

test('a login ends when it is closed, and with its token', () => {
  const { sessions, token, known, wait } = start();
  const [first, second, third] = [sessions.open(token), sessions.open(token), sessions.open(token)].map(
    (value) => request(`clutch_session=${value}`),
  );
  if (first === undefined || second === undefined || third === undefined) throw new Error('unreachable');
  sessions.close(first);
  expect(sessions.find(first)).toBeUndefined();
  expect(sessions.find(second)).toBeDefined();
  known[0] = { ...token, revoked: 1 };
  expect(sessions.find(second)).toBeUndefined();
  known[0] = { ...token, expires: 5 };
  wait(5);
  expect(sessions.find(third)).toBeUndefined();
});

test('the oldest login goes when there are too many', () => {
  const { sessions, token } = start();
  const first = sessions.open(token);
  for (let index = 1; index < 10_000; index += 1) sessions.open(token);
  expect(sessions.find(request(`clutch_session=${first}`))).toBeDefined();
  sessions.open(token);
  expect(sessions.find(request(`clutch_session=${first}`))).toBeUndefined();
});

test('the key of a form is that of one token and one server', () => {
  const { sessions, token } = start();
  const key = sessions.formKey(token);
  expect(sessions.isFormKey(token, key)).toBe(true);
  expect(sessions.isFormKey({ ...token, id: 'ba9876543210' }, key)).toBe(false);
  expect(start().sessions.isFormKey(token, key)).toBe(false);
  for (const wrong of ['', 'x', key.slice(1), `${key}x`])
    expect(sessions.isFormKey(token, wrong)).toBe(false);
});
