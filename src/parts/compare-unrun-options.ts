// A part whose recipe is not run: what the recipe made of its options is known from the last run only. A recorded value
// that reads like a rewriting of the configured one (made absolute, stripped, completed) is no change.

import type { Options } from './plan-parts.ts';

/** `configured` with the recorded value wherever that may be what the recipe makes of it. */
export function expectRecorded(configured: Options, recorded: Options): Options {
  return Object.fromEntries(
    Object.entries(configured).map(([option, value]) => {
      const old = recorded[option];
      return [option, old !== undefined && isRewriting(value, old) ? old : value];
    }),
  );
}

/** Whether every word of `value` ends a word of `recorded`, in order: `bin/x` and `/srv/app/bin/x`. */
function isRewriting(value: string, recorded: string): boolean {
  const words = value.split(/\s+/).filter((word) => word !== '');
  const others = recorded.split(/\s+/).filter((word) => word !== '');
  return words.length === others.length && words.every((word, place) => endsWith(others[place] ?? '', word));
}

function endsWith(path: string, word: string): boolean {
  const tail = word.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
  return path === word || path === tail || path.endsWith(`/${tail}`);
}
