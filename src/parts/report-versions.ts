// What a run says at its end: versions that were picked without a pin, and old-style namespace packages.

import { appendFileSync, existsSync } from 'node:fs';
import type { Run } from './run-state.ts';
import { pythonJoin } from '#recipes';

/** Prints picked versions and appends them to the versions file, as the options ask. */
export function printPickedVersions(run: Run): void {
  const { versions, requiredBy } = run.handle.eggs.picked();
  if ((!run.showPickedVersions && run.updateVersionsFile === '') || versions.length === 0) return;
  const lines = formatPickedVersions(versions, requiredBy);
  const print = (text: string): void => run.handle.report({ type: 'print', text });
  if (run.showPickedVersions) {
    print('Versions had to be automatically picked.\n');
    print('The following part definition lists the versions picked:\n');
    print(`${lines.join('\n')}\n`);
  }
  if (run.updateVersionsFile === '') return;
  const file = pythonJoin(run.handle.directory, run.updateVersionsFile);
  const heading = existsSync(file)
    ? ['', `# Added by buildout at ${formatTime(new Date())}`]
    : lines.slice(0, 1);
  appendFileSync(file, [...heading, ...lines.slice(1), ''].join('\n'));
  print(`Picked versions have been written to ${run.updateVersionsFile}\n`);
}

/** A `[versions]` section: first what was asked for, then what others required, with their names. */
export function formatPickedVersions(
  versions: readonly (readonly [string, string])[],
  requiredBy: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const asked = ['[versions]'];
  const required: string[] = [];
  for (const [name, version] of versions) {
    const requirers = requiredBy.get(name);
    if (requirers === undefined) asked.push(`${name} = ${version}`);
    else {
      const names = [...requirers].sort().map((requirer) => `# ${requirer}`);
      required.push('', '# Required by:', ...names, `${name} = ${version}`);
    }
  }
  return [...asked, ...required];
}

/** Python's `str(datetime.now())`. */
function formatTime(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return `${local.toISOString().replace('T', ' ').replace('Z', '')}000`;
}

const namespaceWarning = `
** WARNING **
Some development packages are using old style namespace packages.
You should switch to native namespaces (PEP 420).
If you get a ModuleNotFound or an ImportError when importing a package
from one of these namespaces, you can try this as a temporary workaround:

    pip install horse-with-no-namespace

Note: installing horse-with-no-namespace with buildout will not work.
You must install it into the virtualenv with pip (or uv) before running the buildout.

The following list shows the affected packages and their namespaces:

`;

/** Warns of develop eggs with old-style namespace packages. */
export function printNamespacePackages({ handle }: Run): void {
  const packages = handle.eggs.namespacePackages();
  if (packages.length === 0) return;
  const lines = packages.map(([name, text]) => {
    const namespaces = text.split('\n').filter((line) => line !== '');
    return `* ${name}: ${namespaces.join(', ')}\n`;
  });
  handle.report({ type: 'print', text: namespaceWarning + lines.join('') });
}
