// Macros: a section takes the options of those it names with `<=` (buildout.py, Options._do_extend_raw).

import { BuildError, pythonRepr, rememberActivity, type Where } from '#base';
import { createValue, rawSection, type AnnotatedSection, type AnnotatedSections } from './annotated.ts';
import { locateOption } from './locate-option.ts';
import { nearestName } from './nearest-name.ts';
import { strip } from './python-text.ts';
import { updateSection } from './update-sections.ts';

interface RawSections {
  readonly annotated: AnnotatedSections | undefined;
  raw(name: string): Map<string, string> | undefined;
}

/** The options of the section with those it takes over beneath; later inputs win over earlier ones. */
export function extendRaw(
  name: string,
  raw: Map<string, string>,
  sections: RawSections,
): Map<string, string> {
  return extend({ name, raw }, sections, []);
}

function extend(
  { name, raw }: { name: string; raw: Map<string, string> },
  sections: RawSections,
  doing: string[],
): Map<string, string> {
  if (name === 'buildout') return raw;
  if (doing.includes(name)) throw createLoopError([...doing, name], sections);
  const inputs = raw.get('<');
  if (inputs === undefined) return raw;
  doing.push(name);
  try {
    const base = new Map<string, string>();
    for (const line of inputs.split('\n')) {
      const input = strip(line);
      if (input === '') continue;
      const inputRaw = sections.raw(input);
      if (inputRaw === undefined) throw createMissingInputError(name, input, sections);
      for (const [option, value] of extend({ name: input, raw: inputRaw }, sections, doing)) {
        base.set(option, value);
      }
    }
    const result = rawSection(updateSection(withoutSources(base), withoutSources(raw)));
    result.delete('<');
    doing.pop();
    return result;
  } catch (error) {
    rememberActivity(error, `Loading input sections for ${pythonRepr(name)}`);
    throw error;
  }
}

function withoutSources(raw: Map<string, string>): AnnotatedSection {
  const section: AnnotatedSection = new Map();
  for (const [option, value] of raw) section.set(option, createValue(value, ''));
  return section;
}

function createLoopError(circle: readonly string[], { annotated }: RawSections): BuildError {
  const name = circle.at(-1) ?? '';
  return new BuildError('CONFIG_MACRO_LOOP', `Infinite extending loop ${pythonRepr(name)}`, {
    where: locateOption(annotated, { section: name, option: '<' }),
    hint: `${circle.slice(circle.indexOf(name)).join(' <= ')}: remove one of these`,
  });
}

function createMissingInputError(name: string, input: string, sections: RawSections): BuildError {
  const nearest = nearestName(input, sections.annotated?.keys() ?? []);
  const where: Where = locateOption(sections.annotated, { section: name, option: '<', fragment: input });
  return new BuildError('CONFIG_UNKNOWN_SECTION', `No section named ${pythonRepr(input)}`, {
    where,
    hint:
      `\`<=\` of \`[${name}]\` names it` + (nearest === undefined ? '' : `; did you mean \`${nearest}\`?`),
  });
}
