// What `readConfiguration` takes and gives, and what it asks of the rooms above.

import type { Environment, Report } from '#base';
import type { MarkerEnvironment } from '#standards';
import type { AnnotatedSections } from './annotated.ts';

export interface Configuration {
  annotated: AnnotatedSections;
  /** The value of `[buildout] directory`, else the directory the run started in. */
  directory: string;
  /** The absolute path or the URL of the main file; absent when there is none. */
  file?: string;
  /** Every file that was read, the user's defaults included, in the order of reading. */
  files: readonly ConfigurationFile[];
}

export interface ConfigurationFile {
  /** A path or a URL without credentials, as values name it. */
  readonly source: string;
  readonly remote: boolean;
  /** `~/.buildout/default.cfg` or what it extends. */
  readonly isUserDefaults: boolean;
  /** What the file extends, as written, with its line. */
  readonly extends?: { readonly text: string; readonly line?: number };
}

export interface Assignment {
  section: string;
  /** With a trailing `+` or `-` for `option+=value` and `option-=value`. */
  option: string;
  value: string;
}

/** What the chosen Python says about itself, for conditional sections. */
export interface PythonFacts {
  /** The booleans of zc.buildout's `_default_globals`: `linux`, `python3`, `bits64`, … */
  readonly facts: Readonly<Record<string, boolean>>;
  readonly markers: MarkerEnvironment;
}

/** A conditional section's condition and where it stands. `remote`: the file came by URL. */
export interface Condition {
  expression: string;
  section: string;
  file: string;
  line: number;
  remote: boolean;
}

export type EvaluateCondition = (condition: Condition) => boolean | Promise<boolean>;

export interface ReadConfigurationOptions {
  /** A path or a URL; `undefined`: no file (the `setup` command). */
  file: string | undefined;
  cwd: string;
  assignments: readonly Assignment[];
  /** Whether `~/.buildout/default.cfg` is read. */
  userDefaults: boolean;
  environment: Environment;
  /** The defaults of `[buildout]`: `defaultOptions` with `executable` filled in. */
  defaults: Readonly<Record<string, string>>;
  /** The constraints of `zc.buildout` and `zc.recipe.egg` when `[versions]` has none. */
  builtinVersions: Readonly<Record<string, string>>;
  /** GET: the bytes of an http(s) URL. What it throws becomes "Error downloading extends for URL …: message". */
  fetchRemote(url: string): Promise<Uint8Array>;
  /**
   * The truth of a Python expression beyond a comparison of known names: `eval('[' + expression + ']', globals)[0]`
   * by the chosen Python with `_default_globals`. May refuse, by throwing, what a remote file says.
   */
  evaluateExpression(expression: string, condition: Condition): Promise<boolean> | boolean;
  pythonFacts(): Promise<PythonFacts> | PythonFacts;
  /** Files that came by URL are not kept in the `extends-cache`. */
  readOnly?: boolean;
  report: Report;
}
