// What the steps of one run share: the handle that recipes see, and what only this room needs.

import type { Report } from '#base';
import type { Configuration, Section } from '#config';
import type { BuildoutHandle } from '#recipes';
import type { RemovalRules } from './remove-paths.ts';

/** The handle while it is being made: reading `[buildout]` may already run recipes. */
export type MutableHandle = { -readonly [Key in keyof BuildoutHandle]: BuildoutHandle[Key] };

export interface Run {
  readonly handle: MutableHandle;
  readonly configuration: Configuration;
  /** The section `[buildout]`. */
  readonly main: Section;
  /** As Python's logging counts: below 10 the configuration is dumped. */
  readonly logLevel: number;
  /** The name of the section with pins; empty: there are none. */
  readonly versionsSection: string;
  readonly showPickedVersions: boolean;
  readonly updateVersionsFile: string;
}

export function log(report: Report, level: 'debug' | 'info' | 'warning' | 'error', text: string): void {
  report({ type: 'log', level, text });
}

/** Where this run may delete. */
export async function readRemovalRules(run: Run, developed: readonly string[]): Promise<RemovalRules> {
  const roots = [run.handle.directory];
  for (const name of ['bin-directory', 'parts-directory', 'develop-eggs-directory']) {
    roots.push(await run.main.require(name));
  }
  return { roots, developed, report: run.handle.report };
}
