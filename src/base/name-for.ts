// A short name for a long text, for files that keep what was worked out from it. Unlike a real hash it needs no
// `node:crypto`, which takes 3 ms to load; whoever reads such a file compares the whole text that it keeps as well.

const prime = 0x01000193;
const seeds = [0x811c9dc5, 0x050c5d1f, 0x9e3779b9, 0x85ebca6b];

/** 32 hexadecimal digits (FNV-1a from four starts). Equal texts have equal names; different ones almost always differ. */
export function nameFor(text: string): string {
  return seeds.map((seed) => fnv1a(text, seed).toString(16).padStart(8, '0')).join('');
}

function fnv1a(text: string, seed: number): number {
  let state = seed;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    state = Math.imul(state ^ (unit & 0xff), prime);
    state = Math.imul(state ^ (unit >>> 8) ^ (state >>> 15), prime);
  }
  return state >>> 0;
}
