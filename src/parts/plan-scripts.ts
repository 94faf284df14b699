// Which files in `bin` a run would write or delete, from the text that built-in recipes would give them.

import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { tryReadText } from '#base';
import { pythonJoin } from '#recipes';
import type { DryRun } from './dry-run.ts';
import type { PartPreview } from './preview-parts.ts';
import type { PlannedPart, PlannedScript } from './run-plan.ts';

export async function planScripts(
  dry: DryRun,
  parts: readonly PlannedPart[],
  previews: readonly PartPreview[],
): Promise<PlannedScript[]> {
  const bin = await dry.run.main.require('bin-directory');
  const scripts = new Map<string, PlannedScript>();
  const written = new Set<string>();
  for (const { part, preview, knowsScripts } of previews) {
    for (const { path, content } of preview?.scripts ?? []) {
      written.add(path);
      const current = tryReadText(path, 'EACCES');
      if (current === content) continue;
      const action = current === undefined ? 'create' : 'rewrite';
      scripts.set(path, { path, part, action, certain: knowsScripts });
    }
  }
  for (const { part, action } of parts) {
    if (action === 'install' || action === 'update') continue;
    const preview = previews.find((one) => one.part === part);
    // What comes back cannot be told: neither can what goes for good.
    const certain = action === 'uninstall' || preview?.knowsScripts === true;
    for (const path of recordedPaths(dry, part)) {
      if (dirname(path) !== bin || written.has(path) || !existsSync(path)) continue;
      scripts.set(path, { path, part, action: certain ? 'delete' : 'rewrite', certain });
    }
  }
  return [...scripts.values()];
}

/** Absolute paths that `.installed.cfg` has for the part. */
export function recordedPaths({ run, records }: DryRun, part: string): string[] {
  return (records.part(part)?.paths ?? []).map((path) => pythonJoin(run.handle.directory, path));
}
