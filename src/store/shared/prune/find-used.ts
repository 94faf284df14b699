// Which entries are used: those that a text of a buildout names, those that they name, and so on. A name counts wherever it
// occurs, as in SlapOS's `slapos node prune`.

import type { SharedEntry } from './list-entries.ts';

/** The entries that `texts` name, and those that are named by what is used; `textsOf` is asked once for each of these. */
export function findUsed(
  entries: readonly SharedEntry[],
  texts: readonly string[],
  textsOf: (entry: SharedEntry) => readonly string[],
): ReadonlySet<SharedEntry> {
  const used = new Set<SharedEntry>();
  let waiting = texts;
  while (waiting.length > 0) {
    const named = findNamed(
      entries.filter((entry) => !used.has(entry)),
      waiting,
    );
    for (const entry of named) used.add(entry);
    waiting = named.flatMap((entry) => textsOf(entry));
  }
  return used;
}

function findNamed(entries: readonly SharedEntry[], texts: readonly string[]): SharedEntry[] {
  const words = new Set(texts.flatMap((text) => text.match(/[\w.+!~-]+/g) ?? []));
  const all = texts.join('\n');
  // Nearly all that is used is a word somewhere; only the rest has to be looked for letter by letter.
  return entries.filter(({ name }) => words.has(name) || all.includes(name));
}
