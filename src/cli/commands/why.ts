// `why NAME`: who requires a distribution, and where that is written.

import { parseArgs } from 'node:util';
import { BuildError } from '#base';
import { explainRequirement } from '#parts';
import { formatExplanation } from './format-explanation.ts';
import type { Command } from './command.ts';

const usage = `\
Usage: buildout [options] [assignments] why [--json] NAME

Shows who requires the distribution NAME: from the option of a part that asks for it (with file and line) through
distributions to NAME, each with its requirement; then the pin, the version in use and where it lies. Looks at what is
installed; runs no recipe and asks no index.

  --json  print it as JSON (docs/why-and-plan.md)
`;

export const whyCommand: Command = {
  usage,
  readOnly: true,
  async run({ words, settings, context }) {
    const { name, json } = readWords(words);
    const { configuration, ...others } = await settings();
    const explanation = await explainRequirement({ configuration, ...others }, name);
    const text = json
      ? `${JSON.stringify({ format: 1, ...explanation }, null, 2)}\n`
      : formatExplanation(explanation, configuration.directory);
    context.report({ type: 'print', text });
    return 0;
  },
};

function readWords(words: readonly string[]): { name: string; json: boolean } {
  const hint = 'see `why --help`';
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [name] = positionals;
    if (name !== undefined && positionals.length === 1) return { name, json: values.json };
  } catch (error) {
    throw new BuildError('USAGE', error instanceof Error ? error.message : String(error), { hint });
  }
  throw new BuildError('USAGE', '`why` takes the name of one distribution', { hint });
}
