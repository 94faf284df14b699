// The recipe interface: what a part's recipe is, what it is given, and what the recipe host offers. Built-in recipes,
// recipes from npm and the proxies of Python recipes all have this shape.

import type { Environment, Report, Where } from '#base';
import type { Section, Sections } from '#config';
import type { Distribution, EggInstaller, WorkingSet } from '#eggs';
import type { Http } from '#net';
import type { PythonDescription } from '#python';
import type { ScriptFile } from '#scripts';

/** Paths that a recipe made: the buildout records them and deletes them on uninstall. */
export type InstalledPaths = readonly string[] | string | null | undefined;

/** One part's recipe. Creating it must not touch the disk; `install` and `update` do. */
export interface Recipe {
  install(): Promise<InstalledPaths>;
  /** Absent: the part is updated by `install`, with a warning. Null or undefined: the paths stay as they were. */
  update?(): Promise<InstalledPaths>;
  /** What `install` would give, told without touching anything: built-in recipes can say. */
  preview?(): Promise<RecipePreview>;
}

export interface RecipePreview {
  readonly requirements: readonly string[];
  readonly workingSet: WorkingSet;
  /** With the text they would have. */
  readonly scripts: readonly ScriptFile[];
}

export interface RecipeContext {
  readonly buildout: BuildoutHandle;
  readonly section: Section;
  /** The part's name. */
  readonly name: string;
  /** Registers paths that are deleted when `install` or `update` fails; returns all registered so far. */
  created(...paths: string[]): readonly string[];
}

/** What an npm package exports under the name in `recipe = npm:PACKAGE[:EXPORT]`, and what a built-in one is. */
export type RecipeFactory = (context: RecipeContext) => Promise<Recipe> | Recipe;

/** The run, as recipes and the recipe host see it. */
export interface BuildoutHandle {
  readonly sections: Sections;
  readonly eggs: EggInstaller;
  readonly python: PythonDescription;
  /** `${buildout:directory}`. */
  readonly directory: string;
  readonly offline: boolean;
  readonly newest: boolean;
  readonly environment: Environment;
  readonly report: Report;
  http(): Http;
  /** zc.recipe.egg's cache of working sets, one per run. */
  readonly workingSetCache: Map<string, WorkingSet>;
  readonly allowHosts: readonly string[];
  /** The `find-links` of `[buildout]`. */
  readonly links: readonly string[];
  readonly argv: readonly string[];
  /** Where the text is written that an option has, for hints. */
  readonly locate?: (place: { section: string; option: string }, text: string) => Where;
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal | undefined;
  /** What pkg_resources.working_set is to zc.buildout: distributions that recipes and extensions were loaded from. */
  recipeWorkingSet: Distribution[];
  /** The one recipe host of the run; asking for it does not start it. */
  recipeHost(): RecipeHost;
  /** Whether the host was ever asked for: what needs no host must not start one. */
  hasRecipeHost(): boolean;
}

/** The Python process that runs Python recipes and extensions. */
export interface RecipeHost {
  start(): Promise<void>;
  loadRecipe(requirement: string, entry: string, section: Section, workingSet: WorkingSet): Promise<Recipe>;
  /** Runs a `zc.buildout.uninstall` entry point; false when the distribution has none. */
  uninstall(request: UninstallRequest): Promise<boolean>;
  /** Runs every entry point of `zc.buildout.extension` or `zc.buildout.unloadextension`; the names of those run. */
  runExtensions(
    group: 'zc.buildout.extension' | 'zc.buildout.unloadextension',
    workingSet: WorkingSet,
  ): Promise<string[]>;
  workingSetSignature(requirement: string): Promise<string[]>;
  /** `-D`: prints the traceback and opens Python's debugger where `error` was raised; false: that was not in Python. */
  debug?(error: unknown): Promise<boolean>;
  stop(): Promise<void>;
  cancel(): void;
}

export interface UninstallRequest {
  readonly requirement: string;
  readonly entry: string;
  readonly part: string;
  /** The part's options as `.installed.cfg` recorded them. */
  readonly options: Readonly<Record<string, string>>;
  readonly workingSet: WorkingSet;
}
