// One page of a long list.

import { count, html, type Html } from '../html.ts';
import type { View } from '../site.ts';

export interface ListSource<Item> {
  count(): number;
  /** A limit of -1 is none. */
  list(limit: number, offset: number): readonly Item[];
  /** The normal name of the project that an item is about. */
  projectOf(item: Item): string;
}

export interface ListPart<Item> {
  items: readonly Item[];
  /** In the whole list, as far as the reader may see it. */
  total: number;
  /** Of the first item, from 0. */
  offset: number;
  /** From 1. */
  page: number;
  pages: number;
}

/** The last page where there is no such page. */
export function listPart<Item>(
  { covers }: View,
  { page, perPage }: { page: number; perPage: number },
  source: ListSource<Item>,
): ListPart<Item> {
  const visible =
    covers === undefined ? undefined : source.list(-1, 0).filter((item) => covers(source.projectOf(item)));
  const total = visible?.length ?? source.count();
  const pages = Math.max(1, Math.ceil(total / perPage));
  const actual = Math.min(page, pages);
  const offset = (actual - 1) * perPage;
  const items = visible?.slice(offset, offset + perPage) ?? source.list(perPage, offset);
  return { items, total, offset, page: actual, pages };
}

/** `25 projects, 1 to 20` */
export function rangeText({ items, total, offset }: ListPart<unknown>, noun: string): string {
  const all = count(total, noun);
  return items.length === total ? all : `${all}, ${offset + 1} to ${offset + items.length}`;
}

export function pager({ page, pages }: ListPart<unknown>, url: (page: number) => string): Html | false {
  if (pages < 2) return false;
  return html`<nav class="pager" aria-label="Pages">
    ${page > 1 && html`<a href="${url(page - 1)}" rel="prev">Previous</a>`}
    <span>Page ${page} of ${pages}</span>
    ${page < pages && html`<a href="${url(page + 1)}" rel="next">Next</a>`}
  </nav>`;
}
