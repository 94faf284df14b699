// What a link to a checkout says. The e2e suite follows some.

import { expect, test } from 'vitest';
import { parseCheckoutLink } from './check-out.ts';

test.each([
  ['git+https://host/x.git@main#egg=x-dev', { vcs: 'git', url: 'https://host/x.git', reference: 'main' }],
  ['git+https://host/x.git#egg=x-dev', { vcs: 'git', url: 'https://host/x.git' }],
  [
    'git+ssh://git@host/x.git@feature/y#egg=x-dev',
    { vcs: 'git', url: 'ssh://git@host/x.git', reference: 'feature/y' },
  ],
  [
    'git+https://host/x.git@v1#subdirectory=a%20b&egg=x-dev',
    { vcs: 'git', url: 'https://host/x.git', reference: 'v1', subdirectory: 'a b' },
  ],
  ['hg+https://host/x', { vcs: 'hg', url: 'https://host/x' }],
  ['svn+https://host/x/trunk@12', { vcs: 'svn', url: 'https://host/x/trunk', reference: '12' }],
  ['http://svn.host/x/trunk#egg=x-dev', { vcs: 'svn', url: 'http://svn.host/x/trunk' }],
  ['git+ext::sh -c evil', undefined],
  ['git+https://host/x.git@--upload-pack=evil', undefined],
  ['git+https://-oProxyCommand=evil/x', undefined],
  ['git+https://host/x.git#subdirectory=../..', undefined],
  ['/a/path', undefined],
])('%s', (text, expected) => {
  expect(parseCheckoutLink(text)).toEqual(expected);
});
