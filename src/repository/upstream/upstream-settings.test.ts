// Which hosts the server may ask.

import { expect, test } from 'vitest';
import { createHostCheck, readUpstreamUrl } from './upstream-settings.ts';

const check = createHostCheck({
  urls: ['https://pypi.org/simple/', 'http://user:secret@index.inside:8080/simple/'],
  fileHosts: ['files.example.org', 'http://files.inside:81'],
  maximumBytes: 1,
  refreshMilliseconds: 1,
});

test.each([
  ['https://pypi.org/simple/x/', true],
  ['https://files.pythonhosted.org/packages/x', true],
  ['http://index.inside:8080/y', true],
  ['https://files.example.org/x', true],
  ['http://files.inside:81/x', true],
  ['http://pypi.org/simple/x/', false],
  ['http://files.pythonhosted.org/x', false],
  ['https://pypi.org:444/x', false],
  ['https://pypi.org.evil.example/x', false],
  ['http://127.0.0.1/x', false],
  ['http://169.254.169.254/latest/meta-data', false],
  ['https://evil.example/x', false],
])('%s: %s', (url, isAllowed) => {
  const visit = (): void => check(new URL(url));
  if (isAllowed) expect(visit).not.toThrow();
  else expect(visit).toThrow('is not a host that this server may ask');
});

test('the root of an index ends with a slash', () => {
  expect(readUpstreamUrl('https://pypi.org/simple')).toBe('https://pypi.org/simple/');
  for (const bad of ['pypi.org', 'ftp://host/', 'file:///etc', 'https://host/?x=1']) {
    expect(() => readUpstreamUrl(bad)).toThrow('is not the URL of an index');
  }
});
