// The syntax of buildout.cfg (configparser.py, parse), as a generator: it yields the condition of each conditional
// section and goes on with the answer, so that whoever drives it may ask Python. Nothing here backtracks: files
// come from the network too.

import { BuildError, pythonRepr } from '#base';
import { dedent, isSpace, pythonSpace, strip, stripEnd } from './python-text.ts';

interface ParsedOption {
  value: string;
  /** Where the option starts. */
  line: number;
}

/** Option names keep their operator: `eggs +`. */
export type ParsedSections = Map<string, Map<string, ParsedOption>>;

export interface FoundCondition {
  expression: string;
  section: string;
  line: number;
}

interface State {
  readonly fileName: string;
  readonly source: string;
  readonly sections: ParsedSections;
  section: Map<string, ParsedOption> | undefined;
  option: string | undefined;
  /** Whether the option's value starts on its second line, and keeps its indentation. */
  block: boolean;
  /** False inside a section whose condition does not hold. */
  active: boolean;
  readonly faults: { line: number; text: string; reason: string }[];
}

/** Parses `text`; errors show `fileName` in their text and `source` as the place. Yields conditions in the order of the file. */
export function* parseSections(
  text: string,
  fileName: string,
  source: string = fileName,
): Generator<FoundCondition, ParsedSections, boolean> {
  const state: State = {
    fileName,
    source,
    sections: new Map(),
    section: undefined,
    option: undefined,
    block: false,
    active: true,
    faults: [],
  };
  let number = 0;
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    const next = end === -1 ? text.length : end + 1;
    const line = text.slice(start, next);
    start = next;
    number += 1;
    const first = line[0];
    if (first === '#' || first === ';') continue;
    if (isSpace(first) && state.section !== undefined && state.option !== undefined) {
      continueOption(state, line);
      continue;
    }
    const header = parseHeader(line);
    if (header === undefined) {
      parseOption(state, line, number);
      continue;
    }
    state.active = true;
    if (header.expression !== '') {
      state.active = yield { expression: header.expression, section: header.name, line: number };
      if (!state.active) continue;
    }
    openSection(state, header.name);
  }
  if (state.faults.length > 0) throw createParsingError(state);
  for (const section of state.sections.values()) tidyBlocks(section);
  return state.sections;
}

function openSection(state: State, name: string): void {
  state.section = state.sections.get(name);
  if (state.section === undefined) state.sections.set(name, (state.section = new Map()));
  state.option = undefined;
}

function continueOption(state: State, line: string): void {
  if (!state.active || state.option === undefined) return;
  const option = state.section?.get(state.option);
  if (option === undefined) return;
  const text = state.block ? stripEnd(line) : strip(line);
  if (state.block || text !== '') option.value += `\n${text}`;
}

const optionStart = new RegExp(`^([^${pythonSpace}{}[\\]=:]+[${pythonSpace}]*[-+]?)=`);

function parseOption(state: State, line: string, number: number): void {
  const { section } = state;
  const blank = strip(line) === '';
  if (section === undefined) {
    if (blank) return;
    throw createMissingHeaderError(state, line, number);
  }
  const text = line.startsWith('=>') ? `<part-dependencies> = ${line.slice(2)}` : line;
  const match = optionStart.exec(text);
  if (match !== null) {
    if (!state.active) return;
    const value = strip(text.slice(match[0].length));
    state.option = stripEnd(match[1] ?? '');
    state.block = value === '';
    assignOption(section, state.option, { value, line: number });
    return;
  }
  if (state.option === undefined && blank) return;
  state.faults.push({ line: number, text: line, reason: faultOf(line) });
}

function assignOption(section: Map<string, ParsedOption>, name: string, option: ParsedOption): void {
  const operator = name.at(-1);
  const earlier = section.get(name);
  if (operator === '+' || operator === '-') {
    // A second += or -= of one file (conditional sections) goes on where the first one ended.
    if (earlier === undefined) section.set(name, option);
    else earlier.value = stripEnd(earlier.value) + (option.value === '' ? '' : `\n${option.value}`);
    return;
  }
  section.delete(`${name} +`);
  section.delete(`${name} -`);
  section.set(name, option);
}

/** Values that start on their second line lose common indentation and blank lines around. */
function tidyBlocks(section: Map<string, ParsedOption>): void {
  for (const option of section.values()) {
    if (isSpace(option.value[0])) option.value = withoutLeadingBlankLines(dedent(stripEnd(option.value)));
  }
}

function withoutLeadingBlankLines(text: string): string {
  let content = 0;
  while (content < text.length && isSpace(text[content])) content += 1;
  return text.slice(text.lastIndexOf('\n', content - 1) + 1);
}

const nameRun = new RegExp(`^\\[[${pythonSpace}]*([^${pythonSpace}#[\\]:;{}]+)[${pythonSpace}]*`);

/**
 * The name and condition of a section header; an empty condition is none. A condition may hold brackets, so the one
 * that ends it is the last before a comment.
 */
function parseHeader(line: string): { name: string; expression: string } | undefined {
  if (!line.startsWith('[')) return undefined;
  const match = nameRun.exec(line);
  if (match === null) return undefined;
  const name = match[1] ?? '';
  const rest = line.slice(match[0].length);
  const comment = rest.search(/[#;]/);
  const tail = stripEnd(comment === -1 ? rest : rest.slice(0, comment));
  if (tail === ']') return { name, expression: '' };
  if (!tail.startsWith(':') || !tail.endsWith(']')) return undefined;
  return { name, expression: unescapeMarks(tail.slice(1, -1)) };
}

/** `#` and `;` would start a comment, so conditions escape them. */
function unescapeMarks(expression: string): string {
  return expression.replaceAll('\\x23', '#').replaceAll('\\x3b', ';');
}

function createParsingError(state: State): BuildError {
  const lines = state.faults.map(
    ({ line, text }) => `\n\t[line ${String(line).padStart(2)}]: ${pythonRepr(text)}`,
  );
  const first = state.faults[0];
  return new BuildError(
    'CONFIG_SYNTAX',
    `File contains parsing errors: ${state.fileName}${lines.join('')}`,
    first === undefined
      ? {}
      : { where: { file: state.source, line: first.line }, hint: `line ${first.line} ${first.reason}` },
  );
}

function createMissingHeaderError(state: State, line: string, number: number): BuildError {
  const skipped = state.active ? '' : '; a conditional section that is skipped does not count as one here';
  const mark = line.startsWith('\ufeff') ? '; the file starts with a byte order mark: save it without' : '';
  return new BuildError(
    'CONFIG_SYNTAX',
    `File contains no section headers.\nfile: ${state.fileName}, line: ${number}\n${pythonRepr(line)}`,
    {
      where: { file: state.source, line: number },
      hint: `line ${number} stands before the first section header such as \`[buildout]\`${skipped}${mark}`,
    },
  );
}

function faultOf(line: string): string {
  if (line.startsWith('['))
    return 'looks like a section header but is not one: `[name]` or `[name:condition]`';
  if (isSpace(line[0])) return 'is indented but there is no option above it that it could continue';
  if (!line.includes('='))
    return 'has no `=`: an option is `name = value`, and what continues a value is indented';
  return 'has an option name with white space or one of `{}[]:` in it';
}
