// The `install.py` of a source release: python/source_install.py with the facts of this release in it.

import { readFileSync } from 'node:fs';
import type { Assignment } from '#config';
import { pythonSourceFile, type PythonDescription } from '#python';

export interface InstallerFacts {
  name: string;
  /** Relative to the release's directory. */
  configuration: string;
  python: PythonDescription;
  assignments: readonly Assignment[];
  withNode: boolean;
  /** The SHA-256 of `release-distributions/SHA256SUMS`. */
  sums: string;
}

export function formatInstaller(facts: InstallerFacts): string {
  const { name, configuration, python, assignments, withNode, sums } = facts;
  const text = JSON.stringify({
    name,
    configuration,
    python: python.versionInfo.slice(0, 2),
    platform: python.platform,
    assignments: assignments.map(({ section, option, value }) => [section, option, value]),
    node: withNode,
    sums,
  });
  // Escaped once more as a Python string, so that no value can end it; ASCII, so that any Python can read it.
  const ascii = text.replaceAll(/[\u007f-\uffff]/g, escapeCharacter);
  const literal = `'${ascii.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const source = readFileSync(pythonSourceFile('source_install.py'), 'utf8');
  const filled = source.replace(/^RELEASE = .*$/m, () => `RELEASE = json.loads(${literal})`);
  if (filled === source) throw new Error('python/source_install.py has no line `RELEASE = …`');
  return filled;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
