// Commands that have commands of their own (`cache prune`, `release delta`). Each is a file beside the group's, loaded
// only when it is called.

import { BuildError } from '#base';
import { nearestName } from '#config';
import type { Command, Invocation } from './command.ts';

export interface CommandGroup {
  name: string;
  /** What `NAME --help` prints. */
  usage: string;
  commands: Readonly<Record<string, () => Promise<Command>>>;
}

/** A command that hands what follows its first word to the command of that name; `USAGE` when there is none. */
export function createCommandGroup({ name, usage, commands }: CommandGroup): Command {
  return { usage, run };

  async function run(invocation: Invocation): Promise<number> {
    const [word = '', ...words] = invocation.words;
    const load = Object.hasOwn(commands, word) ? commands[word] : undefined;
    if (load === undefined) throw unknown(word);
    const command = await load();
    if (words[0] === '--help' || words[0] === '-h') {
      invocation.context.report({ type: 'print', text: command.usage });
      return 0;
    }
    const settings = (): ReturnType<Invocation['settings']> => invocation.settings(command.readOnly);
    return command.run({ ...invocation, words, settings });
  }

  function unknown(word: string): BuildError {
    const problem = word === '' ? `${name} needs a command` : `invalid command: ${name} ${word}`;
    const nearest = nearestName(word, Object.keys(commands));
    const hint = nearest === undefined ? `see ${name} --help` : `did you mean \`${nearest}\`?`;
    return new BuildError('USAGE', problem, { hint });
  }
}
