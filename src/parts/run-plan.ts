// What `plan` tells: what the next run of `install` would do, as plain data. docs/why-and-plan.md describes it as JSON.

import type { EggArrival } from '#eggs';
import type { OptionChange } from './plan-parts.ts';

export interface RunPlan {
  /** Whether a run would change anything, as far as known. */
  readonly changes: boolean;
  readonly parts: readonly PlannedPart[];
  readonly scripts: readonly PlannedScript[];
  readonly eggs: readonly EggArrival[];
  readonly versions: readonly VersionChange[];
  readonly develop: readonly PlannedDevelop[];
  /** What the buildout needs and does not hold itself. */
  readonly outside: readonly OutsidePath[];
  /** Where the run would stop with an error. */
  readonly failures: readonly PlannedFailure[];
  /** What cannot be told without doing it. */
  readonly notKnown: readonly string[];
}

export interface PlannedPart {
  readonly part: string;
  /** `reinstall`: uninstalled, then installed. */
  readonly action: 'install' | 'update' | 'reinstall' | 'uninstall';
  readonly recipe: string;
  readonly reason: PartReason;
  /** False: the recipe was not run, so what it would set is taken from the last run. */
  readonly certain: boolean;
}

export type PartReason =
  | { readonly type: 'unchanged' | 'new' | 'not-wanted' }
  | { readonly type: 'options'; readonly changes: readonly OptionChange[] }
  | { readonly type: 'recipe-changed'; readonly old: string; readonly new: string }
  | { readonly type: 'missing'; readonly path: string };

export interface PlannedScript {
  readonly path: string;
  readonly part: string;
  readonly action: 'create' | 'rewrite' | 'delete';
  /** False: its text cannot be known before an egg is here. */
  readonly certain: boolean;
}

export interface VersionChange {
  readonly project: string;
  /** In scripts that are there; empty: not used so far. */
  readonly from: readonly string[];
  /** Empty: not used any more. */
  readonly to: readonly string[];
}

export interface PlannedDevelop {
  readonly path: string;
  readonly action: 'renew' | 'create' | 'delete';
}

export interface OutsidePath {
  readonly what:
    | 'eggs-directory'
    | 'develop-eggs-directory'
    | 'parts-directory'
    | 'bin-directory'
    | 'develop'
    | 'shared-part-list';
  readonly path: string;
}

export interface PlannedFailure {
  readonly part: string;
  /** Identifies the error for programs, as `BuildError` has it. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}
