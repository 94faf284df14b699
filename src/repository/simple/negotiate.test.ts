// Accept and Accept-Encoding; the e2e suite asks the server itself.

import { expect, test } from 'vitest';
import { acceptsGzip, chooseFormat } from './negotiate.ts';

test.each([
  [undefined, 'text-html'],
  ['', undefined],
  ['TEXT/HTML', 'text-html'],
  ['application/vnd.pypi.simple.v1+json;q=0.9,text/html;q=0.8', 'json'],
  ['text/*;q=0.5, */*;q=0.1', 'text-html'],
  ['*/*;q=0', undefined],
  ['text/html;level=1;q=0.4, application/vnd.pypi.simple.v1+html', 'html'],
  ['nonsense', undefined],
  [`text/plain, ${'x/y, '.repeat(5000)}`, undefined],
])('%j gets %s', (accept, format) => {
  expect(chooseFormat(accept)).toBe(format);
});

test.each([
  [undefined, false],
  ['gzip', true],
  ['br, GZIP;q=0.5', true],
  ['gzip;q=0, *', false],
  ['*', true],
  ['identity', false],
])('%j takes gzip: %s', (header, takes) => {
  expect(acceptsGzip(header)).toBe(takes);
});
