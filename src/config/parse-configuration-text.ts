// Drives the parser: with conditions answered one by one, or refused where none may stand.

import { BuildError } from '#base';
import type { Condition, EvaluateCondition } from './configuration.ts';
import { parseSections, type ParsedSections } from './parse-sections.ts';
import { universalNewlines } from './python-text.ts';

/**
 * The sections of a file's text as `configparser.parse` gives them; `fileName` is for errors. Also reads
 * `.installed.cfg`. Without `evaluate` a conditional section is an error.
 */
export async function parseConfigurationText(
  text: string,
  fileName: string,
  evaluate?: EvaluateCondition,
): Promise<Map<string, Map<string, string>>> {
  return valuesOf(await parseWithConditions(universalNewlines(text), { fileName, evaluate }));
}

/** The values alone, as plain maps. */
export function valuesOf(parsed: ParsedSections): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  for (const [name, options] of parsed) {
    const section = new Map<string, string>();
    for (const [option, { value }] of options) section.set(option, value);
    sections.set(name, section);
  }
  return sections;
}

export interface ParseTarget {
  /** As errors show it. */
  fileName: string;
  /** As conditions show it; `fileName` when absent. */
  source?: string;
  remote?: boolean;
  evaluate?: EvaluateCondition | undefined;
}

/** Parses text whose lines end with `\n`. Asks for each condition in turn. */
export async function parseWithConditions(text: string, target: ParseTarget): Promise<ParsedSections> {
  const parser = parseSections(text, target.fileName, target.source);
  let step = parser.next();
  while (step.done !== true) {
    const condition: Condition = {
      ...step.value,
      file: target.source ?? target.fileName,
      remote: target.remote ?? false,
    };
    step = parser.next(await holds(condition, target.evaluate));
  }
  return step.value;
}

function holds(condition: Condition, evaluate: EvaluateCondition | undefined): boolean | Promise<boolean> {
  if (evaluate !== undefined) return evaluate(condition);
  throw new BuildError(
    'CONFIG_CONDITION',
    `The condition of section ${condition.section} cannot be evaluated here`,
    { where: { file: condition.file, line: condition.line, section: condition.section } },
  );
}
