// Puts generated scripts on the disk: only those whose text changed are written and announced.

import { pythonRepr, type Report, tryReadText, writeFileAtomically } from '#base';
import type { GeneratedScripts } from './generate-scripts.ts';
import type { ScriptFile } from './script-file.ts';

/** Writes what changed, mode 0777 less the umask; returns the paths of all scripts, written or not. */
export function writeScripts(generated: GeneratedScripts, report: Report): string[] {
  generated.files.slice(0, generated.warningsAfter).forEach((file) => writeScript(file, report));
  for (const text of generated.warnings) report({ type: 'log', level: 'warning', text });
  generated.files.slice(generated.warningsAfter).forEach((file) => writeScript(file, report));
  return generated.files.map((file) => file.path);
}

function writeScript(file: ScriptFile, report: Report): void {
  if (tryReadText(file.path) === file.content) return;
  writeFileAtomically(file.path, file.content, { mode: 0o777 & ~process.umask() });
  report({ type: 'log', level: 'info', text: `Generated ${file.kind} ${pythonRepr(file.path)}.` });
}
