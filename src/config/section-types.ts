// The doors to lazily evaluated options (buildout.py, Buildout.__getitem__ and Options).

import type { AnnotatedSections } from './annotated.ts';
import type { EvaluateCondition } from './configuration.ts';

export interface SectionsHooks {
  /** Called once for a section with a recipe when it is first opened, as `Options.initialize`. */
  initializeRecipe(section: Section): Promise<void>;
  /** Where values came from, for errors; without it they name section and option only. */
  annotated?: AnnotatedSections;
  /** For conditional sections given to `Sections.parse`. */
  evaluate?: EvaluateCondition;
}

export interface Sections {
  /** The section, initialised on first use: macros, substitutions, part dependencies, then its recipe. */
  open(name: string): Promise<Section>;
  has(name: string): boolean;
  names(): string[];
  /** The section as read, before macros and substitution. */
  raw(name: string): Map<string, string> | undefined;
  /** Sections in the order they were first opened. */
  opened(): Section[];
  /** Adds a section as `buildout[name] = options` does; `initialise` opens it at once. */
  create(
    name: string,
    options: Readonly<Record<string, string>>,
    how: { initialise: boolean; replace?: boolean },
  ): Promise<void>;
  delete(name: string): void;
  /** Adds the sections of a text and opens them, as `Buildout.parse`. */
  parse(text: string): Promise<void>;
  /** Sections with a recipe in the order they were initialised (`Buildout._parts`); may be changed. */
  parts: string[];
}

export interface Section {
  readonly name: string;
  /** The option's value with references replaced; `seen` is for references in progress. */
  get(option: string, defaultValue?: string, seen?: string[]): Promise<string | undefined>;
  /** As `get`, but a missing option is zc.buildout's `MissingOption`. */
  require(option: string): Promise<string>;
  set(option: string, value: string): void;
  delete(option: string): void;
  keys(): string[];
  /** What is known now, without evaluating anything. */
  copy(): Record<string, string>;
  entries(): Promise<[string, string][]>;
  /** Replaces references in a text, as `Options._sub`: `$$` is not an escape here. */
  substitute(template: string, seen?: string[]): Promise<string>;
  /** The live maps behind: as read, with references replaced, as handed out or set. */
  layer(name: 'raw' | 'cooked' | 'data'): Map<string, string>;
  /** Options of the configuration that nobody read, sorted. */
  unusedOptions(): string[];
  recipe?: unknown;
}
