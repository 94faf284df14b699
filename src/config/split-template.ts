// A value split at its `${section:option}` references (buildout.py, Options._sub), with zc.buildout's complaints
// about malformed ones.

import { BuildError, type Where } from '#base';

export interface Reference {
  /** Empty: the section it stands in. */
  section: string;
  option: string;
  /** As written, with `${` and `}`. */
  text: string;
}

const anyReference = /\$\{[^}]*\}/g;
const valid = /^\$\{[-a-zA-Z0-9 ._]*:[-a-zA-Z0-9 ._]+\}$/;
// As Python's `$`, which also stands before a final line break.
const simple = /^[-a-zA-Z0-9 ._]+\n?$/;

/** Texts and references in order; a malformed reference fails when its turn comes. `locate` is for its error. */
export function* splitTemplate(
  template: string,
  locate: () => Where | undefined,
): Generator<string | Reference, void, undefined> {
  let end = 0;
  // Nothing after the last brace can be a reference; searching there would take quadratic time.
  const searched = template.slice(0, template.lastIndexOf('}') + 1);
  for (const match of searched.matchAll(anyReference)) {
    if (match.index > end) yield template.slice(end, match.index);
    yield parseReference(match[0], locate);
    end = match.index + match[0].length;
  }
  if (end < template.length) yield template.slice(end);
}

function parseReference(text: string, locate: () => Where | undefined): Reference {
  const names = text.slice(2, -1).split(':');
  const [section = '', option = ''] = names;
  if (valid.test(text)) return { section, option, text };
  const complain = (problem: string): BuildError => createReferenceError(problem, locate());
  if (names.length < 2) throw complain(`The substitution, ${text},\ndoesn't contain a colon.`);
  if (names.length > 2) throw complain(`The substitution, ${text},\nhas too many colons.`);
  if (!simple.test(section)) {
    throw complain(`The section name in substitution, ${text},\nhas invalid characters.`);
  }
  if (!simple.test(option)) {
    throw complain(`The option name in substitution, ${text},\nhas invalid characters.`);
  }
  return { section, option, text };
}

function createReferenceError(message: string, where: Where | undefined): BuildError {
  return new BuildError('CONFIG_INVALID_REFERENCE', message, {
    hint: 'a reference is `${section:option}`, or `${:option}` within the section; `$${` is not a reference',
    ...(where === undefined ? {} : { where }),
  });
}
