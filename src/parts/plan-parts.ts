// Which parts to uninstall, update and install, and why: plain data, so that it can be shown, tested and executed.
// Nothing is opened or touched here.

import { recordableOptions } from './hide-logins.ts';
import { withoutSharedNotes } from './shared-records.ts';

/** A part's options by name. */
export type Options = Readonly<Record<string, string>>;

/** What `.installed.cfg` says of a part. */
export interface InstalledPart {
  readonly name: string;
  /** Without `__buildout_installed__`. */
  readonly options: Options;
  readonly paths: readonly string[];
}

export interface PlanInput {
  /** In the order in which they were installed. */
  readonly installed: readonly InstalledPart[];
  /** The parts this run is about, in the order of installation, with their signature among the options. */
  readonly wanted: readonly { readonly name: string; readonly options: Options }[];
  /** Whether parts that are not wanted go: false when the command names parts. */
  readonly uninstallOthers: boolean;
  exists(path: string): boolean;
}

export type UninstallReason =
  | { readonly type: 'not-wanted' }
  | { readonly type: 'changed'; readonly changes: readonly OptionChange[] }
  | { readonly type: 'missing'; readonly path: string };

export interface OptionChange {
  readonly option: string;
  /** Undefined: the option is new. */
  readonly old: string | undefined;
  /** Undefined: the option was dropped. */
  readonly new: string | undefined;
}

export interface PartStep {
  readonly part: string;
  readonly action: 'install' | 'update';
}

export interface PartPlan {
  /** In the order of execution: the last installed first. */
  readonly uninstall: readonly { readonly part: string; readonly reason: UninstallReason }[];
  readonly steps: readonly PartStep[];
}

/** A part whose options and files are as they were is updated; any other is uninstalled, and installed if wanted. */
export function planParts(input: PlanInput): PartPlan {
  const wanted = new Map(input.wanted.map(({ name, options }) => [name, options]));
  const uninstall: { part: string; reason: UninstallReason }[] = [];
  const kept = new Set<string>();
  for (const part of [...input.installed].reverse()) {
    const reason = findReason(part, wanted.get(part.name), input);
    if (reason === undefined) kept.add(part.name);
    else uninstall.push({ part: part.name, reason });
  }
  const steps = [...wanted.keys()].map((part): PartStep => ({
    part,
    action: kept.has(part) ? 'update' : 'install',
  }));
  return { uninstall, steps };
}

function findReason(
  part: InstalledPart,
  options: Options | undefined,
  input: PlanInput,
): UninstallReason | undefined {
  if (options === undefined) return input.uninstallOthers ? { type: 'not-wanted' } : undefined;
  const before = withoutSharedNotes(part.options);
  const changes = compareOptions(recordableOptions(before), recordableOptions(options));
  if (changes.length > 0) return { type: 'changed', changes };
  const missing = part.paths.find((path) => !input.exists(path));
  return missing === undefined ? undefined : { type: 'missing', path: missing };
}

function compareOptions(before: Options, after: Options): OptionChange[] {
  const changed = (option: string): boolean => before[option] !== after[option];
  return [
    ...Object.keys(before).filter(changed),
    ...Object.keys(after).filter((option) => !Object.hasOwn(before, option)),
  ].map((option) => ({ option, old: before[option], new: after[option] }));
}
