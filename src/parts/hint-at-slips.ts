// After zc.buildout's warning of options that nobody read: the option that was probably meant, with file and line.

import { defaultOptions, nearestName, type Section } from '#config';
import { findBuiltIn, splitRecipe } from '#recipes';
import type { Run } from './run-state.ts';

/** Hints for the unused options of a section whose options are known: [buildout] and parts of built-in recipes. */
export function hintAtSlips(section: Section, { handle }: Run): void {
  const known = knownOptions(section);
  for (const option of known.length === 0 ? [] : section.unusedOptions()) {
    const nearest = nearestName(option, known);
    if (nearest === undefined) continue;
    const { file, line } = handle.locate?.({ section: section.name, option }, '') ?? {};
    const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
    const text = `[${section.name}] ${option}${place}: did you mean \`${nearest}\`?`;
    handle.report({ type: 'hint', text });
  }
}

const buildoutOptions = [
  ...Object.keys(defaultOptions),
  'abi-tag-eggs',
  'develop',
  'directory',
  'download-cache',
  'egg-cache',
  'egg-cache-environment',
  'egg-cache-link',
  'egg-cache-size',
  'extends',
  'extends-cache',
  'extensions',
  'index',
  'optional-extends',
  'parts',
  'relative-paths',
  'verbosity',
  'versions',
];

const eggOptions = ['recipe', 'eggs', 'find-links', 'index'];
const scriptOptions = [
  ...eggOptions,
  'arguments',
  'dependent-scripts',
  'entry-points',
  'extra-paths',
  'initialization',
  'interpreter',
  'relative-paths',
  'scripts',
];
const buildOptions = [
  'recipe',
  'compiler',
  'debug',
  'define',
  'force',
  'include-dirs',
  'libraries',
  'library-dirs',
  'link-objects',
  'rpath',
  'swig',
  'swig-cpp',
  'swig-opts',
  'undef',
];

const optionsOfEntries: Readonly<Record<string, readonly string[]>> = {
  eggs: eggOptions,
  custom: [...buildOptions, 'egg', 'environment', 'find-links', 'index'],
  develop: [...buildOptions, 'setup'],
};

function knownOptions(section: Section): readonly string[] {
  if (section.name === 'buildout') return buildoutOptions;
  const { spec, entry } = splitRecipe(section.copy()['recipe'] ?? '');
  if (spec === '' || findBuiltIn(spec) === undefined) return [];
  return optionsOfEntries[entry] ?? scriptOptions;
}
