import { expect, test } from 'vitest';
import { planParts, type InstalledPart } from './plan-parts.ts';

function part(name: string, options: Record<string, string>, paths: string[] = []): InstalledPart {
  return { name, options, paths };
}

const all = { uninstallOthers: true, exists: () => true };

test('updates what is unchanged, reinstalls what changed, uninstalls what is not wanted, last first', () => {
  const plan = planParts({
    ...all,
    installed: [
      part('gone', { recipe: 'r' }),
      part('same', { recipe: 'r' }),
      part('changed', { a: '1', b: '2' }),
    ],
    wanted: [
      { name: 'changed', options: { a: '1', b: '3', c: '4' } },
      { name: 'same', options: { recipe: 'r' } },
      { name: 'new', options: {} },
    ],
  });
  expect(plan).toEqual({
    uninstall: [
      {
        part: 'changed',
        reason: {
          type: 'changed',
          changes: [
            { option: 'b', old: '2', new: '3' },
            { option: 'c', old: undefined, new: '4' },
          ],
        },
      },
      { part: 'gone', reason: { type: 'not-wanted' } },
    ],
    steps: [
      { part: 'changed', action: 'install' },
      { part: 'same', action: 'update' },
      { part: 'new', action: 'install' },
    ],
  });
});

test('reinstalls a part when one of its paths is gone', () => {
  const plan = planParts({
    uninstallOthers: true,
    exists: (path) => path === 'a',
    installed: [part('p', {}, ['a', 'b'])],
    wanted: [{ name: 'p', options: {} }],
  });
  expect(plan.uninstall).toEqual([{ part: 'p', reason: { type: 'missing', path: 'b' } }]);
});

test('leaves parts alone that the command did not name', () => {
  const plan = planParts({
    ...all,
    uninstallOthers: false,
    installed: [part('other', {})],
    wanted: [{ name: 'p', options: {} }],
  });
  expect(plan).toEqual({ uninstall: [], steps: [{ part: 'p', action: 'install' }] });
});
