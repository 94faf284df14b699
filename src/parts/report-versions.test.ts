import { expect, test } from 'vitest';
import { formatPickedVersions } from './report-versions.ts';

test('lists what was asked for first, then what others required', () => {
  const versions: [string, string][] = [
    ['alpha', '1.0'],
    ['beta', '2.0'],
    ['gamma', '3.0'],
  ];
  expect(
    formatPickedVersions(versions, new Map([['alpha', new Set(['zeta==1', 'beta==2.0'])]])).join('\n'),
  ).toBe('[versions]\nbeta = 2.0\ngamma = 3.0\n\n# Required by:\n# beta==2.0\n# zeta==1\nalpha = 1.0');
});
