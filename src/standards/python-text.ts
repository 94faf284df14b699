// How Python reads text where JavaScript differs: white space, lines, and what counts as a letter of a word.

/** The inside of a character class that is Python's `\s` and what `str.strip` removes. */
export const pythonSpace =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const spaces: ReadonlySet<number> = new Set([
  ...range(0x09, 0x0d),
  ...range(0x1c, 0x20),
  0x85,
  0xa0,
  0x1680,
  ...range(0x2000, 0x200a),
  0x2028,
  0x2029,
  0x202f,
  0x205f,
  0x3000,
]);

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** `str.strip()`. */
export function pythonStrip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && spaces.has(text.charCodeAt(start))) start += 1;
  while (end > start && spaces.has(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** `str.splitlines()`. */
export function pythonLines(text: string): string[] {
  const lines = text.split(lineEnd);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

const lineBreaks = '\\n-\\r\\x1c-\\x1e\\x85\\u2028\\u2029';
const lineEnd = new RegExp(`\\r\\n|[${lineBreaks}]`);

/** Whether Python's `\w` matches this character. */
export function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /^[\p{L}\p{N}_]$/u.test(character);
}
