// The options of `build_ext` that zc.recipe.egg:custom and :develop take (custom.py, build_ext).

import type { Section } from '#config';
import { pythonJoin } from '../python-join.ts';
import { splitLines } from './eggs-recipe.ts';

const verbatimOptions = [
  'define',
  'undef',
  'libraries',
  'link-objects',
  'debug',
  'force',
  'compiler',
  'swig-cpp',
  'swig-opts',
];

// The dynamic linker replaces these itself, so they are no paths below the buildout. See ld.so(8).
const linkerTokens = ['$ORIGIN', '$LIB', '$PLATFORM', '${ORIGIN}', '${LIB}', '${PLATFORM}'];

/** The `build_ext` options of a part; paths are made absolute and written back to the part. */
export async function readBuildExtOptions(
  section: Section,
  directory: string,
): Promise<Record<string, string>> {
  const options: Record<string, string> = {};
  const absolute = (path: string): string => pythonJoin(directory, path);
  const absoluteUnlessToken = (path: string): string =>
    linkerTokens.some((token) => path.startsWith(token)) ? path : absolute(path);
  const pathOptions = { 'include-dirs': absolute, 'library-dirs': absolute, rpath: absoluteUnlessToken };
  for (const [name, expand] of Object.entries(pathOptions)) {
    const value = await section.get(name);
    if (value === undefined) continue;
    const paths = splitLines(value).map(expand).join(':');
    options[name] = paths;
    section.set(name, paths);
  }
  const swig = await section.get('swig');
  if (swig !== undefined && swig !== '') {
    options['swig'] = absolute(swig);
    section.set('swig', absolute(swig));
  }
  for (const name of verbatimOptions) {
    const value = await section.get(name);
    if (value !== undefined) options[name] = value;
  }
  return options;
}
