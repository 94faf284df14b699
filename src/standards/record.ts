// `RECORD` of a wheel or an installed distribution (PEP 376, PEP 627): rows of path, hash and size, as Python's `csv`
// reads and writes them.

export interface RecordRow {
  path: string;
  /** `sha256=…`, URL-safe base64 without padding. */
  hash?: string;
  size?: number;
}

/** The rows; blank lines are skipped, and a size that is no number is left out. */
export function parseRecord(text: string): RecordRow[] {
  return readRows(text).flatMap(([path = '', hash = '', size = '']) => {
    if (path === '') return [];
    return [
      { path, ...(hash !== '' && { hash }), ...(/^[0-9]{1,15}$/.test(size) && { size: Number(size) }) },
    ];
  });
}

/** The text of a RECORD, every row ended by a line feed. */
export function formatRecord(rows: readonly RecordRow[]): string {
  return rows
    .map(({ path, hash = '', size }) => `${[path, hash, String(size ?? '')].map(quote).join(',')}\n`)
    .join('');
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** A field in quotes up to the last quote that is not doubled, or plain text; and what ends it. */
const fieldPattern = /(?:"((?:[^"]|"")*)"?)?([^,\r\n]*)(,|\r\n|[\r\n]|$)/y;

function readRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  fieldPattern.lastIndex = 0;
  while (fieldPattern.lastIndex < text.length) {
    const [, quoted, plain = '', end] = fieldPattern.exec(text) ?? [];
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"') + plain);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}
