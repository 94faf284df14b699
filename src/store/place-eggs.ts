// Eggs out of the cache into eggs directories, alone or many at once, and what happens to an entry that turns out not to
// be what its manifest says.

import { dirname } from 'node:path';
import { isTemporaryName, type Report } from '#base';
import { packedTreeOf, type CachedEgg, type Manifest } from './manifest.ts';
import { placeOrders, shareOrders, weightOf, type PlacedOrder, type SharedOrders } from './place-orders.ts';
import {
  placeTree,
  type LinkChoice,
  type LinkMethod,
  type LinkMethods,
  type PlaceOptions,
  type TreeDamage,
  type TreePlacement,
} from './place-tree.ts';
import { removeStaleTemporaries } from './stale-temporaries.ts';

export interface EggPlacing {
  /** Puts the egg at `target`, whole or not at all. */
  place(egg: CachedEgg, target: string): PlaceResult;
  /** As `place` for each; the fast way for many. The results are in the order of the orders. */
  placeMany(orders: readonly PlaceOrder[]): Promise<readonly PlaceResult[]>;
  /** For what was placed in another way: when the entry turned out damaged, it is taken out and the user is told. */
  noteDamage(result: PlaceResult): PlaceResult;
}

/** Threads that run `placeOrders`. */
export interface Placers {
  isStarted(): boolean;
  /** Has one thread, or as many as there are, take orders; starts them when they are not there yet. */
  place(shared: SharedOrders, howMany: 'one' | 'all'): Promise<readonly PlacedOrder[]>;
}

export interface PlaceOrder {
  egg: CachedEgg;
  target: string;
}

/** An entry that is not what its manifest says: edited through a hard link, cut short, or gone. */
export interface EntryDamage extends TreeDamage {
  egg: CachedEgg;
}

export type PlaceResult =
  | { outcome: 'placed'; how: LinkMethod }
  /** The target was there already, or somebody else was faster. */
  | { outcome: 'present' }
  /** Nothing was placed, the entry is gone from the cache: build it again. The user has been told. */
  | { outcome: 'damaged'; damage: EntryDamage };

/** As `placeTree`, for an egg; nobody is told of damage. */
export function placeEgg(egg: CachedEgg, target: string, options: PlaceOptions): PlaceResult {
  const { directories, files, links } = egg.manifest;
  const placement = placeTree({ directory: egg.directory, directories, files, links }, target, options);
  if (placement.outcome !== 'damaged') return placement;
  return { outcome: 'damaged', damage: { ...placement.damage, egg } };
}

export interface EggPlacingOptions {
  link: LinkChoice;
  report: Report;
  /** Other threads for placing; this one places alone when absent. */
  placers?: Placers;
  /** Whether this process made the entry: then its files need not be looked at. */
  isFresh: (manifest: Manifest) => boolean;
  /** The entry is not to be used again. */
  onDamage: (buildKey: string) => void;
}

export function createEggPlacing(options: EggPlacingOptions): EggPlacing {
  const { link } = options;
  const methods: LinkMethods = new Map();
  const swept = new Set<string>();

  const sweep = (target: string): void => {
    const directory = dirname(target);
    if (!swept.has(directory))
      removeStaleTemporaries(directory, { isTemporary: isTemporaryName, olderThanSeconds: 3600 });
    swept.add(directory);
  };

  return {
    place: (egg, target) => {
      sweep(target);
      return noteDamage(placeEgg(egg, target, { link, methods }), options);
    },
    noteDamage: (result) => noteDamage(result, options),
    placeMany: async (orders) => {
      for (const { target } of orders) sweep(target);
      const placements = await placeInTurn(orders, options, methods);
      return orders.map(({ egg }, position) => {
        const placement = placements.get(position);
        if (placement === undefined) throw new Error(`nobody placed ${egg.directory}`);
        return placement.outcome === 'damaged'
          ? noteDamage({ outcome: 'damaged', damage: { ...placement.damage, egg } }, options)
          : placement;
      });
    },
  };
}

/** Below this, another thread would take longer to start than it saves: some 1,500 files. */
const worthAThread = 100_000;

/** The outcomes by position. */
async function placeInTurn(
  orders: readonly PlaceOrder[],
  { link, placers, isFresh }: EggPlacingOptions,
  methods: LinkMethods,
): Promise<ReadonlyMap<number, TreePlacement>> {
  const packed = orders.map(({ egg: { directory, manifest }, target }) => {
    return { directory, isFresh: isFresh(manifest), target, tree: { ...packedTreeOf(manifest), sha256: '' } };
  });
  const shared = shareOrders(packed, link);
  const isLarge = weightOf(packed) > worthAThread;
  const isShared = placers !== undefined && (isLarge || placers.isStarted());
  const theirs = isShared ? placers.place(shared, isLarge ? 'all' : 'one') : Promise.resolve([]);
  // This thread has other things to do while files are fetched; with many eggs at once, nothing else is left.
  const ours = isLarge || !isShared ? placeHere(shared, methods) : Promise.resolve([]);
  const placed = (await Promise.all([ours, theirs])).flat();
  return new Map(placed.map(({ position, placement }) => [position, placement]));
}

async function placeHere(shared: SharedOrders, methods: LinkMethods): Promise<readonly PlacedOrder[]> {
  return placeOrders(shared, methods);
}

function noteDamage(result: PlaceResult, { onDamage, report }: EggPlacingOptions): PlaceResult {
  if (result.outcome !== 'damaged') return result;
  onDamage(result.damage.egg.manifest.buildKey);
  reportDamage(result.damage, report);
  return result;
}

const problems: Readonly<Record<EntryDamage['problem'], string>> = {
  size: 'has another size than when it was built',
  mtime: 'was changed since it was built',
  missing: 'is missing',
  unreadable: 'cannot be read',
};

function reportDamage({ egg, file, problem }: EntryDamage, report: Report): void {
  const text = `Egg cache: ${file} of ${egg.manifest.eggName} ${problems[problem]}; the egg is made again.`;
  report({ type: 'log', level: 'warning', text });
  if (problem === 'missing' || problem === 'unreadable') return;
  const way = `to change an egg of one buildout, use \`clutch edit ${egg.manifest.project}\`: files of the cache are shared`;
  report({ type: 'hint', text: way });
}
