import { expect, test } from 'vitest';
import { sealTree, sealUnit, type FileMode, type Tree, type TreeEntry } from '../tree/tree.ts';
import { compareTrees } from './compare-trees.ts';
import { createFilePairing, listSources } from './pair-files.ts';

const file = (path: string, sha256: string, mode: FileMode = '0444'): TreeEntry => ({
  type: 'file',
  path,
  mode,
  size: 10,
  sha256,
});

function treeOf(units: Record<string, TreeEntry[]>): Tree {
  return sealTree(Object.entries(units).map(([path, entries]) => sealUnit(path, entries)));
}

const base = treeOf({
  '.': [],
  bin: [file('app', 'a1', '0555')],
  'eggs/shop-1.0-py3.11.egg': [
    file('shop.py', 's1'),
    file('old.py', 's2'),
    file('shop-1.0.dist-info/METADATA', 'm1'),
    file('shop-1.0.dist-info/top_level.txt', 't1'),
  ],
  'eggs/zope.interface-5.0.egg': [file('zope/interface.py', 'z1')],
});

test('only units whose hash changed are named, an egg beside the one it was before', () => {
  const target = treeOf({
    '.': [],
    bin: [file('app', 'a1', '0555')],
    'eggs/shop-1.1-py3.11.egg': [
      file('shop.py', 's9'),
      file('shop-1.1.dist-info/METADATA', 'm2'),
      file('shop-1.1.dist-info/top_level.txt', 't1'),
    ],
    'eggs/zope.interface-5.0.egg': [file('zope/interface.py', 'z1')],
  });
  const [change, ...more] = compareTrees(base, target);
  expect(more).toEqual([]);
  expect(change).toMatchObject({
    unit: { path: 'eggs/shop-1.1-py3.11.egg' },
    from: { path: 'eggs/shop-1.0-py3.11.egg' },
    gone: ['old.py', 'shop-1.0.dist-info/METADATA', 'shop-1.0.dist-info/top_level.txt'],
    entries: [
      { type: 'made', file: { path: 'shop-1.1.dist-info/METADATA' } },
      {
        type: 'moved',
        file: { path: 'shop-1.1.dist-info/top_level.txt' },
        from: { unit: 'eggs/shop-1.0-py3.11.egg', path: 'shop-1.0.dist-info/top_level.txt' },
      },
      { type: 'made', file: { path: 'shop.py' } },
    ],
  });
  const counterpart = createFilePairing(listSources(base, target));
  if (change === undefined) throw new Error('no change');
  expect(counterpart(change, 'shop-1.1.dist-info/METADATA')?.path).toBe('shop-1.0.dist-info/METADATA');
  expect(counterpart(change, 'lib/shop.py')?.path).toBe('shop.py');
  expect(counterpart(change, 'other.py')).toBeUndefined();
});

test('a mode, a move to another unit and a directory of the same content', () => {
  const target = treeOf({
    '.': [],
    bin: [file('app', 'a1')],
    lib: [file('moved.py', 's2'), { type: 'directory', path: 'd' }, { type: 'link', path: 'l', target: 'd' }],
    'eggs/interface-5.0.egg': [file('zope/interface.py', 'z1')],
  });
  expect(compareTrees(base, target)).toMatchObject([
    {
      unit: { path: 'bin' },
      entries: [{ type: 'moved', file: { mode: '0444' }, from: { unit: 'bin', path: 'app' } }],
    },
    {
      unit: { path: 'eggs/interface-5.0.egg' },
      from: { path: 'eggs/zope.interface-5.0.egg' },
      gone: [],
      entries: [],
    },
    {
      unit: { path: 'lib' },
      from: undefined,
      entries: [{ type: 'directory' }, { type: 'link' }, { type: 'moved', from: { path: 'old.py' } }],
    },
  ]);
});
