// Whether an `__init__.py` does nothing but declare a namespace package of the old styles.

const styles = [
  ['pkg_resources', 'declare_namespace'],
  ['pkgutil', 'extend_path'],
] as const;

/** As in zc.buildout (easy_install.py, `check_namespace_init_file`): at most six lines that are code, of one style. */
export function isNamespaceDeclaration(text: string): boolean {
  const lines = text.split(/\r\n?|\n/).map((line) => line.trim());
  const code = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (code.length === 0 || code.length > 6) return false;
  return styles.some(([module, name]) => {
    const first = code.findIndex((line) => line.includes(module));
    return first !== -1 && code.slice(first).some((line) => line.includes(name));
  });
}
