// `cache …`: looks into the egg cache and keeps it in order. Each sub-command is a file of its own beside this one.

import type { Command } from '../command.ts';
import { createCommandGroup } from '../command-group.ts';

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

The cache that machines share (docs/fleet.md):

  remote check            what this machine may do with it
  push [NAME...]          store there what was built and fetched here
  keygen [FILE]           make a key to sign with
  distrust KEY            take out what a key signed

The directory is \`egg-cache\` in [buildout], by default \${XDG_CACHE_HOME:-~/.cache}/clutch.
`;

export const cache: Command = createCommandGroup({
  name: 'cache',
  usage,
  commands: {
    dir: () => import('./dir.ts').then((module) => module.cacheDir),
    stats: () => import('./stats.ts').then((module) => module.cacheStats),
    show: () => import('./show.ts').then((module) => module.cacheShow),
    verify: () => import('./verify.ts').then((module) => module.cacheVerify),
    'explain-miss': () => import('./explain-miss.ts').then((module) => module.cacheExplainMiss),
    environment: () => import('./environment.ts').then((module) => module.cacheEnvironment),
    rebuild: () => import('./rebuild.ts').then((module) => module.cacheRebuild),
    import: () => import('./import.ts').then((module) => module.cacheImport),
    remote: () => import('./remote/remote.ts').then((module) => module.cacheRemote),
    push: () => import('./push.ts').then((module) => module.cachePush),
    keygen: () => import('./keygen.ts').then((module) => module.cacheKeygen),
    distrust: () => import('./distrust.ts').then((module) => module.cacheDistrust),
    prune: () => import('./prune.ts').then((module) => module.cachePrune),
  },
});
