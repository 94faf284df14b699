// The part of Python's expressions that a conditional section usually needs: known names, strings, `not`, `and`,
// `or`, one comparison at a time and parentheses. Whatever else is in it, even an unknown name that Python would
// never reach, is left to Python.

type Value = boolean | string | undefined;
type Names = ReadonlyMap<string, boolean | string>;

interface Reader {
  readonly tokens: readonly string[];
  readonly names: Names;
  position: number;
  depth: number;
}

const token = /\s*(?:([A-Za-z_][\w.]*|'[^'\\\n]*'|"[^"\\\n]*"|[=!<>]=|[<>()]))/y;
const deepest = 50;

/** The truth of `expression`, or `undefined` when it is more than this file knows. */
export function tryEvaluatePython(expression: string, names: Names): boolean | undefined {
  const tokens = splitTokens(expression);
  if (tokens === undefined) return undefined;
  const reader: Reader = { tokens, names, position: 0, depth: 0 };
  const value = readOr(reader);
  if (value === undefined || reader.position !== tokens.length) return undefined;
  return truth(value);
}

function splitTokens(expression: string): string[] | undefined {
  const text = expression.trim();
  const tokens: string[] = [];
  for (let position = 0; position < text.length; position = token.lastIndex) {
    token.lastIndex = position;
    const found = token.exec(text)?.[1];
    if (found === undefined) return undefined;
    // Two strings side by side, or a prefix as in `u''`, mean something else.
    if (/^['"]/.test(found) && /[\w.'"]/.test(text[token.lastIndex - found.length - 1] ?? ''))
      return undefined;
    tokens.push(found);
  }
  return tokens;
}

function readOr(reader: Reader): Value {
  let value = readAnd(reader);
  while (value !== undefined && take(reader, 'or')) {
    const right = readAnd(reader);
    if (right === undefined) return undefined;
    value = truth(value) ? value : right;
  }
  return value;
}

function readAnd(reader: Reader): Value {
  let value = readNot(reader);
  while (value !== undefined && take(reader, 'and')) {
    const right = readNot(reader);
    if (right === undefined) return undefined;
    value = truth(value) ? right : value;
  }
  return value;
}

function readNot(reader: Reader): Value {
  if (!take(reader, 'not')) return readComparison(reader);
  reader.depth += 1;
  const value = reader.depth > deepest ? undefined : readNot(reader);
  reader.depth -= 1;
  return value === undefined ? undefined : !truth(value);
}

function readComparison(reader: Reader): Value {
  const left = readAtom(reader);
  if (left === undefined) return undefined;
  const operator = takeOperator(reader);
  if (operator === undefined) return left;
  const right = readAtom(reader);
  // A chain such as a < b < c means more than its parts.
  if (right === undefined || takeOperator(reader) !== undefined) return undefined;
  return compareValues(left, operator, right);
}

function takeOperator(reader: Reader): string | undefined {
  if (take(reader, 'in')) return 'in';
  if (reader.tokens[reader.position] === 'not' && reader.tokens[reader.position + 1] === 'in') {
    reader.position += 2;
    return 'not in';
  }
  const next = reader.tokens[reader.position];
  if (next === undefined || !/^[=!<>]/.test(next)) return undefined;
  reader.position += 1;
  return next;
}

function compareValues(left: boolean | string, operator: string, right: boolean | string): Value {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  switch (operator) {
    case 'in':
      return right.includes(left);
    case 'not in':
      return !right.includes(left);
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    default:
      return left >= right;
  }
}

const keywords: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in']);

function readAtom(reader: Reader): Value {
  const next = reader.tokens[reader.position];
  if (next === undefined || keywords.has(next)) return undefined;
  reader.position += 1;
  if (next === '(') return readGroup(reader);
  if (/^['"]/.test(next)) return next.slice(1, -1);
  if (next === 'True' || next === 'False') return next === 'True';
  return reader.names.get(next);
}

function readGroup(reader: Reader): Value {
  reader.depth += 1;
  const value = reader.depth > deepest ? undefined : readOr(reader);
  reader.depth -= 1;
  return take(reader, ')') ? value : undefined;
}

function take(reader: Reader, expected: string): boolean {
  if (reader.tokens[reader.position] !== expected) return false;
  reader.position += 1;
  return true;
}

/** Python's truth of a value: an empty string is false. */
function truth(value: boolean | string): boolean {
  return value !== '' && value !== false;
}
