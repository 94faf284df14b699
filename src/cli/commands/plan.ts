// `plan`: what the next run would do, without doing it.

import { parseArgs } from 'node:util';
import { BuildError } from '#base';
import { planRun } from '#parts';
import type { Command } from './command.ts';
import { explainChoices } from './explain-choices.ts';
import { formatPlan } from './format-plan.ts';

const usage = `\
Usage: buildout [options] [assignments] plan [--check] [--json] [PART...]

Shows what \`install\` would do with the same options: parts it would uninstall, update and install, and why; scripts,
versions and eggs that would change; what the buildout needs and does not hold itself; and what cannot be known without
doing it. Writes nothing, also not to caches, and runs no recipe but those that are built in. Asks the index as a run
does; with -o or -N as little as a run would.

  --check  exit with 2 when something would change, with 1 when the run would fail
  --json   print it as JSON (docs/why-and-plan.md)
`;

export const planCommand: Command = {
  usage,
  readOnly: true,
  async run({ words, settings, context }) {
    const { check, json, parts } = readWords(words);
    const options = await settings();
    const choices = explainChoices(options);
    const plan = await planRun(options, parts);
    const { directory, file } = options.configuration;
    const text = json
      ? `${JSON.stringify({ format: 1, directory, configuration: file, ...choices, ...plan }, null, 2)}\n`
      : formatPlan(plan, choices, directory);
    context.report({ type: 'print', text });
    if (!check) return 0;
    return plan.failures.length > 0 ? 1 : plan.changes ? 2 : 0;
  },
};

function readWords(words: readonly string[]): { check: boolean; json: boolean; parts: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { check: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    return { ...values, parts: positionals };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new BuildError('USAGE', message, { hint: 'see `plan --help`' });
  }
}
