import { expect, test } from 'vitest';

import { parseSource } from './parse-source.ts';

test.each([
  ['.', { kind: 'directory', path: '/work/here', name: 'here' }],
  ['project', { kind: 'directory', path: '/work/here/project', name: 'project' }],
  ['/srv/app/', { kind: 'directory', path: '/srv/app', name: 'app' }],
  ['file:///srv/my%20app', { kind: 'directory', path: '/srv/my app', name: 'my app' }],
  ['/srv/app.git', { kind: 'git', url: '/srv/app.git', name: 'app' }],
  ['app.git@1.0', { kind: 'git', url: '/work/here/app.git', ref: '1.0', name: 'app' }],
  ['/home/me@work/app.git', { kind: 'git', url: '/home/me@work/app.git', name: 'app' }],
  ['git@host:team/app.git', { kind: 'git', url: 'git@host:team/app.git', name: 'app' }],
  [
    'git@host:team/app.git@feature/x',
    { kind: 'git', url: 'git@host:team/app.git', ref: 'feature/x', name: 'app' },
  ],
  ['ssh://me@host/app.git@v1', { kind: 'git', url: 'ssh://me@host/app.git', ref: 'v1', name: 'app' }],
  ['git+https://me:pw@host/team/app', { kind: 'git', url: 'https://me:pw@host/team/app', name: 'app' }],
  [
    'git+https://me@host/team/app@v1',
    { kind: 'git', url: 'https://me@host/team/app', ref: 'v1', name: 'app' },
  ],
  ['git+ssh://me@host/app@v1', { kind: 'git', url: 'ssh://me@host/app', ref: 'v1', name: 'app' }],
  ['hg+https://host/app@1.0', { kind: 'hg', url: 'https://host/app', ref: '1.0', name: 'app' }],
  ['svn://host/repo/tags/app-1.0', { kind: 'svn', url: 'svn://host/repo/tags/app-1.0', name: 'app-1.0' }],
  ['svn+ssh://me@host/repo/trunk@7', { kind: 'svn', url: 'svn+ssh://me@host/repo/trunk@7', name: 'trunk' }],
  ['svn+https://host/repo/app', { kind: 'svn', url: 'https://host/repo/app', name: 'app' }],
])('%s', (text, expected) => {
  expect(parseSource(text, '/work/here')).toEqual(expected);
});

test('refuses a URL that does not say what fetches it, without showing its password', () => {
  expect(() => parseSource('https://me:pw@host/x', '/')).toThrow('`https://****@host/x` does not say');
});
