// A script that a distribution carries as a whole file has to get its path before its first import.

/** The source without its first line, in two halves; undefined when the file is no Python script by distutils' rules. */
export function splitDistutilsScript(source: string): { before: string; after: string } | undefined {
  const [first, ...lines] = splitLines(source);
  // As in zc.buildout (easy_install.py, _distutils_script): only a first line that names Python without `#!` disqualifies.
  if (first === undefined || (!first.includes('#!') && first.includes('python'))) return undefined;
  const found = lines.findIndex(isFirstImport);
  const split = found === -1 ? lines.length : found;
  return { before: lines.slice(0, split).join(''), after: lines.slice(split).join('') };
}

function isFirstImport(line: string): boolean {
  return (
    line.includes('import') &&
    (line.startsWith('import') || line.startsWith('from')) &&
    !line.includes('__future__')
  );
}

// oxlint-disable-next-line no-control-regex -- Python splits lines at these characters, too.
const line = /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^\n\r]+$/g;

/** Python's `str.splitlines(True)`. */
function splitLines(text: string): string[] {
  return text.match(line) ?? [];
}
