// `cache …`: looks into the egg cache and keeps it in order. Each sub-command is a file of its own beside this one.

import { BuildError } from '#base';
import type { Command, Invocation } from './command.ts';

const subcommands: Readonly<Record<string, () => Promise<Command>>> = {
  dir: () => import('./cache-dir.ts').then((module) => module.cacheDir),
  stats: () => import('./cache-stats.ts').then((module) => module.cacheStats),
  show: () => import('./cache-show.ts').then((module) => module.cacheShow),
  verify: () => import('./cache-verify.ts').then((module) => module.cacheVerify),
  'explain-miss': () => import('./cache-explain-miss.ts').then((module) => module.cacheExplainMiss),
  environment: () => import('./cache-environment.ts').then((module) => module.cacheEnvironment),
  rebuild: () => import('./cache-rebuild.ts').then((module) => module.cacheRebuild),
  import: () => import('./cache-import.ts').then((module) => module.cacheImport),
  prune: () => import('./cache-prune.ts').then((module) => module.cachePrune),
};

const usage = `\
Usage: buildout [options] [assignments] cache COMMAND [ARGUMENT...]

Looks into the egg cache and keeps it in order. Each command has --help of its own.

  dir                     print the directory of the egg cache
  stats [--json]          how many eggs there are, and how much they take
  show [NAME] [--json]    what is known of the eggs of a project; without a name, all eggs
  verify [NAME] [--json]  compare every file with what was stored, and take damaged eggs out
  explain-miss NAME       why this buildout does not find an egg in the cache
  environment [--json]    what of this machine is part of the key of a build
  rebuild NAME            make the eggs of a project again, and say what differs
  import DIRECTORY        take eggs out of an eggs directory of zc.buildout's
  prune                   take out what was not used for long, and what is too much

The directory is \`egg-cache\` in [buildout], by default \${XDG_CACHE_HOME:-~/.cache}/clutch.
`;

export const cache: Command = { usage, run };

async function run(invocation: Invocation): Promise<number> {
  const [name = '', ...words] = invocation.words;
  const load = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (load === undefined) {
    const problem = name === '' ? 'cache needs a command' : `invalid command: cache ${name}`;
    throw new BuildError('USAGE', problem, { hint: 'see cache --help' });
  }
  const command = await load();
  if (words.includes('--help') || words.includes('-h')) {
    invocation.context.report({ type: 'print', text: command.usage });
    return 0;
  }
  return command.run({ ...invocation, words });
}
