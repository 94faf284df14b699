// Python's notion of white space and lines, which differs from JavaScript's in a few characters, and `textwrap.dedent`.

/** For a regular expression's character class: what `str.isspace` accepts and `\s` matches in Python. */
export const pythonSpace =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const space = new RegExp(`^[${pythonSpace}]$`);
const breaks = '\\n-\\r\\x1c-\\x1e\\x85\\u2028\\u2029';
const lineBreak = new RegExp(`\\r\\n|[${breaks}]`);
const spaceRun = new RegExp(`[${pythonSpace}]+`);

/** `str.isspace` of one character; false for none. */
export function isSpace(character: string | undefined): boolean {
  if (character === undefined) return false;
  if (character > '\x20' && character < '\x7f') return false;
  return space.test(character);
}

/** `str.strip`. */
export function strip(text: string): string {
  return stripStart(stripEnd(text));
}

/** `str.rstrip`. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1])) end -= 1;
  return end === text.length ? text : text.slice(0, end);
}

function stripStart(text: string): string {
  let start = 0;
  while (start < text.length && isSpace(text[start])) start += 1;
  return start === 0 ? text : text.slice(start);
}

/** `str.rstrip(characters)`. */
export function stripEndOf(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** `str.split()`: the words between runs of white space. */
export function splitWords(text: string): string[] {
  return text.split(spaceRun).filter((word) => word !== '');
}

/** `str.splitlines()`. */
export function splitLines(text: string): string[] {
  const lines = text.split(lineBreak);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** What a file opened in text mode gives: every line ends with `\n`. */
export function universalNewlines(text: string): string {
  return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
}

/** `textwrap.dedent`: the blanks that all lines with content share are removed, lines of blanks become empty. */
export function dedent(text: string): string {
  const lines = text.split('\n').map((line) => (/^[ \t]+$/.test(line) ? '' : line));
  let margin: string | undefined;
  for (const line of lines) {
    if (line === '') continue;
    const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
    margin = margin === undefined ? indent : commonStart(margin, indent);
  }
  const width = margin?.length ?? 0;
  return lines.map((line) => line.slice(width)).join('\n');
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}
