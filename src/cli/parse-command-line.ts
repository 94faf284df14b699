// The classic command line of zc.buildout (buildout.py, `main`): options and assignments in any order, then a command
// whose arguments are its own. No library speaks this grammar (`-Uvn -c file section:key=value command`).

import { BuildError } from '#base';

export interface Assignment {
  section: string;
  option: string;
  value: string;
}

export interface CommandLine {
  /** `help` and `version` stop everything else, wherever they stand before the command. */
  wants: 'help' | 'version' | 'run';
  configurationFile: string;
  assignments: Assignment[];
  userDefaults: boolean;
  debug: boolean;
  /** The word after options and assignments; `install` when there is none. */
  command: string;
  arguments: string[];
}

/** Reads the arguments after the program's name; throws BuildError USAGE with zc.buildout's text. */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const line: CommandLine = {
    wants: 'run',
    configurationFile: 'buildout.cfg',
    assignments: [],
    userDefaults: true,
    debug: false,
    command: 'install',
    arguments: [],
  };
  const rest = [...words];
  const state = { verbosity: 0 };
  while (line.wants === 'run') {
    const word = rest[0];
    if (word === undefined) break;
    if (word.startsWith('-')) readOption(line, rest, state);
    else if (word.includes('=')) line.assignments.push(readAssignment(rest.shift() ?? ''));
    else break;
  }
  if (state.verbosity !== 0) assign(line, 'verbosity', String(state.verbosity));
  const command = rest.shift();
  if (command !== undefined) line.command = command;
  line.arguments = rest;
  return line;
}

const switches: Readonly<Record<string, (line: CommandLine, state: { verbosity: number }) => void>> = {
  v: (_line, state) => void (state.verbosity += 10),
  q: (_line, state) => void (state.verbosity -= 10),
  U: (line) => void (line.userDefaults = false),
  o: (line) => assign(line, 'offline', 'true'),
  O: (line) => assign(line, 'offline', 'false'),
  n: (line) => assign(line, 'newest', 'true'),
  N: (line) => assign(line, 'newest', 'false'),
  D: (line) => void (line.debug = true),
  h: (line) => void (line.wants = 'help'),
  W: (line) => void (line.wants = 'help'),
  A: (line) => void (line.wants = 'help'),
};

function readOption(line: CommandLine, rest: string[], state: { verbosity: number }): void {
  const word = rest.shift() ?? '';
  let letters = word.slice(1);
  for (;;) {
    const apply = switches[letters.charAt(0)];
    if (letters === '' || apply === undefined) break;
    apply(line, state);
    letters = letters.slice(1);
  }
  if (letters === '') return;
  const value = letters.slice(1);
  if (letters.startsWith('c')) line.configurationFile = value !== '' ? value : fileAfter(word, rest);
  else if (letters.startsWith('t')) assign(line, 'socket-timeout', timeoutAfter(word, rest));
  else if (word === '--help') line.wants = 'help';
  else if (word === '--version') line.wants = 'version';
  else throw new BuildError('USAGE', `Invalid option -${letters.charAt(0)}`, { hint: 'try --help' });
}

function fileAfter(word: string, rest: string[]): string {
  const file = rest.shift();
  if (file === undefined) throw new BuildError('USAGE', `No file name specified for option ${word}`);
  return file;
}

function timeoutAfter(word: string, rest: string[]): string {
  const seconds = rest.shift();
  if (seconds === undefined) throw new BuildError('USAGE', `No timeout value specified for option ${word}`);
  if (!/^\s*[-+]?\d+\s*$/.test(seconds))
    throw new BuildError('USAGE', `Timeout value must be numeric ${word}`);
  return seconds;
}

/** `section:option=value`, or `option=value` of [buildout]. */
export function readAssignment(word: string): Assignment {
  const equals = word.indexOf('=');
  const names = word.slice(0, equals).split(':');
  if (names.length > 2) throw new BuildError('USAGE', `Invalid option: ${word.slice(0, equals)}`);
  const option = (names.pop() ?? '').trim();
  const section = (names.pop() ?? 'buildout').trim();
  return { section, option, value: word.slice(equals + 1).trim() };
}

function assign(line: CommandLine, option: string, value: string): void {
  line.assignments.push({ section: 'buildout', option, value });
}
