// From a command line to the operation it names. Commands are thin: each calls one operation of the room below.

import { dirname, resolve } from 'node:path';
import { BuildError, whileDoing } from '#base';
import { nearestName } from '#config';
import { createBuildout, initConfiguration, type Buildout, type BuildoutOptions } from '#parts';
import { expectHost, RecipeExit } from '#recipes';
import { formatActivities } from './report-failure.ts';
import { readSettings } from './read-settings.ts';
import { writeWhole } from './standard-output.ts';
import type { Command, Invocation } from './commands/command.ts';
import { addedCommands } from './commands/index.ts';
import type { CommandLine } from './parse-command-line.ts';
import type { RunContext } from './run-context.ts';
import { commandUsage, usage } from './usage.ts';
import { clutchVersion, compatibleVersion } from './version.ts';

type Operation = (buildout: Buildout, words: readonly string[]) => Promise<void>;

const operations: Readonly<Record<string, Operation>> = {
  install: (buildout, words) => buildout.install(words),
  bootstrap: (buildout) => buildout.bootstrap(),
  init: (buildout, words) => buildout.init(words),
  setup: (buildout, words) => buildout.setup(words),
  runsetup: (buildout, words) => buildout.setup(words),
  annotate: (buildout, words) => buildout.annotate(words),
  query: (buildout, words) => buildout.query(words),
};

/** Runs what the line asks for and gives the exit code; a failure is thrown. */
export async function runCommand(line: CommandLine, context: RunContext): Promise<number> {
  const print = (text: string): void => context.report({ type: 'print', text });
  const operation = operations[line.command];
  const added = addedCommands[line.command];
  if (line.wants === 'help') print(usage);
  else if (line.wants === 'version') {
    print(`buildout version ${compatibleVersion} (clutch ${clutchVersion})\n`);
  } else if (added !== undefined) {
    return runAddedCommand(await added(), line, context);
  } else if (operation === undefined) {
    throw unknownCommand(line.command);
  } else if (asksForHelp(line)) print(commandUsage[line.command] ?? usage);
  else await runOperation(operation, line, context);
  return 0;
}

function unknownCommand(name: string): BuildError {
  const nearest = nearestName(name, [...Object.keys(operations), ...Object.keys(addedCommands)]);
  const hint = nearest === undefined ? 'see --help' : `did you mean \`${nearest}\`? See --help`;
  return new BuildError('USAGE', `invalid command: ${name}`, { hint });
}

/** `install --help`; the arguments of a setup script are its own. */
function asksForHelp(line: CommandLine): boolean {
  const first = line.arguments[0];
  return first === '--help' || (first === '-h' && !line.command.endsWith('setup'));
}

async function runAddedCommand(command: Command, line: CommandLine, context: RunContext): Promise<number> {
  if (asksForHelp(line)) {
    context.report({ type: 'print', text: command.usage });
    return 0;
  }
  let settings: Promise<BuildoutOptions> | undefined;
  let buildout: Promise<Buildout> | undefined;
  const invocation: Invocation = {
    words: line.arguments,
    line,
    context,
    settings: (readOnly = command.readOnly) => (settings ??= readSettings(line, context, readOnly)),
    openBuildout: () => (buildout ??= invocation.settings().then(open)),
  };
  try {
    return await command.run(invocation);
  } finally {
    await (await buildout?.catch(() => undefined))?.close();
  }
}

function open(settings: BuildoutOptions): Promise<Buildout> {
  return whileDoing('Initializing.', () => createBuildout(settings));
}

async function runOperation(operation: Operation, line: CommandLine, context: RunContext): Promise<void> {
  if (line.command === 'init') {
    await whileDoing('Initializing.', () =>
      initConfiguration(line.configurationFile, line.arguments, context.report),
    );
  }
  if (line.command === 'install') expectHost(directoryOf(line, context), context.environment);
  const settings = await readSettings(line, context);
  let buildout: Buildout | undefined;
  try {
    buildout = await open(settings);
    await operation(buildout, line.arguments);
  } catch (error) {
    if (line.debug) await debugInPython(error, buildout);
    throw error;
  } finally {
    await buildout?.close();
  }
}

/** Where the buildout is unless its configuration says otherwise. */
function directoryOf(line: CommandLine, context: RunContext): string {
  return dirname(resolve(context.cwd, line.configurationFile));
}

/** `-D`: the debugger starts where a Python recipe failed; what it showed is not printed again. */
async function debugInPython(error: unknown, buildout: Buildout | undefined): Promise<void> {
  if (buildout === undefined || !buildout.hasRecipeHost()) return;
  writeWhole(2, formatActivities(error));
  if ((await buildout.recipeHost().debug?.(error)) === true) throw new RecipeExit(1);
}
