// Many eggs placed at once, by several threads when there are some: each takes the next order off one counter until none
// is left, so that all end at about the same time. Trees travel packed, as manifests have them on disk.

import type { PackedTree } from './manifest.ts';
import { unpackTree } from './manifest.ts';
import { placeTree, type LinkChoice, type LinkMethods, type TreePlacement } from './place-tree.ts';

/** Plain data, so that another thread can have it. */
export interface SharedOrders {
  orders: readonly PackedOrder[];
  /** One number in shared memory: the next order to be taken. */
  next: Int32Array<SharedArrayBuffer>;
  link: LinkChoice;
}

export interface PackedOrder {
  /** Of the entry's tree. */
  directory: string;
  tree: PackedTree;
  isFresh: boolean;
  target: string;
}

export interface PlacedOrder {
  position: number;
  placement: TreePlacement;
}

/** Orders that several threads can work on. */
export function shareOrders(orders: readonly PackedOrder[], link: LinkChoice): SharedOrders {
  return { orders, next: new Int32Array(new SharedArrayBuffer(4)), link };
}

/** How much there is to do, in characters of the lists of files; a file is some sixty. */
export function weightOf(orders: readonly PackedOrder[]): number {
  return orders.reduce((total, { tree }) => total + tree.files.length, 0);
}

/**
 * Places orders until none is left, and gives the outcome of those it took. Fails as `placeTree` does; then no thread
 * takes another order.
 */
export function placeOrders({ orders, next, link }: SharedOrders, methods: LinkMethods): PlacedOrder[] {
  const placed: PlacedOrder[] = [];
  const done = orders.length;
  try {
    for (let position = take(next); position < done; position = take(next)) {
      const order = orders[position];
      if (order === undefined) break;
      const { directory, tree, isFresh, target } = order;
      const placement = placeTree({ directory, isFresh, ...unpackTree(tree) }, target, { link, methods });
      placed.push({ position, placement });
    }
  } catch (error) {
    Atomics.store(next, 0, done);
    throw error;
  }
  return placed;
}

function take(next: Int32Array<SharedArrayBuffer>): number {
  return Atomics.add(next, 0, 1);
}
