// Quoted text in a marker is a Python string literal: `packaging` evaluates it as one.

const simpleEscapes: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([xuUN])|([\s\S]))/g;

/**
 * The value of a literal in single or double quotes, or `undefined` where Python finds a syntax error. `\N{…}` has no
 * value here either: we keep no table of Unicode names.
 */
export function pythonLiteralValue(literal: string): string | undefined {
  const body = literal.slice(1, -1);
  if (!body.includes('\\')) return /[\n\r\0]/.test(body) ? undefined : body;
  const trailing = /\\*$/.exec(body)?.[0].length ?? 0;
  if (trailing % 2 === 1 || /\0/.test(body) || /[\n\r]/.test(body.replaceAll(/\\(?:\\|\n)/g, '')))
    return undefined;
  let isValid = true;
  const value = body.replaceAll(escape, (...match: string[]) => {
    const [whole = '', hex, short, long, octal, broken, other = ''] = match;
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    const code = hex ?? short ?? long;
    const isKnown = broken === undefined && (code === undefined || Number.parseInt(code, 16) <= 0x10ffff);
    if (!isKnown) isValid = false;
    if (!isKnown) return '';
    if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
    return simpleEscapes[other] ?? whole;
  });
  return isValid ? value : undefined;
}
