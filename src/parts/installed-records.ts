// `.installed.cfg`: what is installed, so that the next run knows what to keep and what to delete. The text is
// zc.buildout's (buildout.py, _save_installed_options), except that nothing is ever appended: the file is replaced as
// a whole, so that it is right at every moment, also after a power cut.

import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory, tryReadText, writeFileAtomically } from '#base';
import { formatSavedOption, parseConfigurationText, unquoteSavedValue } from '#config';
import { recordableOptions } from './hide-logins.ts';
import type { InstalledPart, Options } from './plan-parts.ts';

const pathsOption = '__buildout_installed__';

export interface InstalledRecords {
  /** Whether there is a file. */
  readonly exists: boolean;
  /** Names of installed parts, in the order of installation. */
  readonly parts: readonly string[];
  /** Paths of develop eggs, one per line, as recorded. */
  readonly developEggs: string;
  /** The part's record; undefined when the file names the part and says nothing of it. */
  part(name: string): InstalledPart | undefined;
  /** All of a part's options as recorded, for its uninstaller. */
  options(name: string): Options;
  /** The options of `[buildout]` as recorded. */
  main(): Options;
  /** Sets one of them; undefined takes it away. */
  setMain(option: string, value: string | undefined): void;
  setParts(parts: readonly string[]): void;
  setDevelopEggs(paths: string): void;
  setPart(part: InstalledPart): void;
  /** Writes the file when its text would change. */
  save(): void;
  remove(): void;
}

/** Reads `file`; an empty name means that nothing is recorded, ever. */
export async function readInstalledRecords(file: string): Promise<InstalledRecords> {
  const text = file === '' ? undefined : tryReadText(file);
  const sections = await parseRecords(text ?? '', file);
  const main = sections.get('buildout') ?? new Map<string, string>();
  if (!main.has('parts')) main.set('parts', '');
  sections.set('buildout', main);
  let saved = text;
  return {
    get exists() {
      return saved !== undefined;
    },
    get parts() {
      return splitWords(main.get('parts') ?? '');
    },
    get developEggs() {
      return main.get('installed_develop_eggs') ?? '';
    },
    part(name) {
      const options = sections.get(name);
      return options === undefined ? undefined : toPart(name, options);
    },
    options: (name) => Object.fromEntries(sections.get(name) ?? []),
    main: () => Object.fromEntries(main),
    setMain(option, value) {
      if (value === undefined) main.delete(option);
      else main.set(option, value);
    },
    setParts: (parts) => void main.set('parts', parts.join(' ')),
    setDevelopEggs: (paths) => void main.set('installed_develop_eggs', paths),
    setPart(part) {
      const options = new Map(Object.entries(recordableOptions(part.options)));
      sections.set(part.name, options.set(pathsOption, part.paths.join('\n')));
    },
    save() {
      const content = formatRecords(sections);
      if (file === '' || content === saved) return;
      writeFileAtomically(file, content, { durable: true });
      saved = content;
    },
    remove() {
      rmSync(file, { force: true });
      syncDirectory(dirname(file));
      saved = undefined;
    },
  };
}

async function parseRecords(text: string, file: string): Promise<Map<string, Map<string, string>>> {
  const sections = await parseConfigurationText(text, file);
  for (const options of sections.values()) {
    for (const [option, value] of options) options.set(option, unquoteSavedValue(value));
  }
  return sections;
}

function toPart(name: string, recorded: ReadonlyMap<string, string>): InstalledPart {
  const { [pathsOption]: paths = '', ...options } = Object.fromEntries(recorded);
  return { name, options, paths: splitPaths(paths) };
}

/** Recorded paths, one per line. */
export function splitPaths(text: string): string[] {
  return text.split('\n').filter((path) => path !== '');
}

function formatRecords(sections: ReadonlyMap<string, ReadonlyMap<string, string>>): string {
  const main = sections.get('buildout') ?? new Map<string, string>();
  const names = ['buildout', ...splitWords(main.get('parts') ?? '')];
  return names.map((name) => formatSection(name, sections.get(name) ?? [])).join('\n');
}

/** A section as `.installed.cfg` and the verbose dump show it: options sorted, odd white space spelled out. */
export function formatSection(name: string, options: Iterable<readonly [string, string]>): string {
  const lines = [...options]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([option, value]) => formatSavedOption(option, value));
  return `[${name}]\n${lines.join('')}`;
}

export function splitWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
