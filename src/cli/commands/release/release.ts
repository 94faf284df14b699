// `release …`: from a buildout that works to something that can be shipped. Each sub-command is a file of its own beside
// this one.

import type { Command } from '../command.ts';
import { createCommandGroup } from '../command-group.ts';

const usage = `\
Usage: buildout [options] [assignments] release COMMAND [ARGUMENT...]

Checks, builds and ships releases of this buildout (docs/releases.md). Each command has --help of its own.

  check                   what stands against a release, before anything is built
  tag TAG                 tag the checkout, when nothing stands against it
  egg DIR...              check, build, tag and publish projects
  source URL|DIR [CFG]    one archive that installs without a network
  bundle --prefix DIR     build the application for its directory, as one archive
  delta OLD NEW           make an upgrade of a few kilobytes, one Python program
  rpm BUNDLE              packages of the system: RPM, source RPM, Debian
  key FILE                make a pair of keys for signing
`;

export const release: Command = createCommandGroup({
  name: 'release',
  usage,
  commands: {
    bundle: () => import('./bundle.ts').then((module) => module.releaseBundle),
    tag: () => import('./tag.ts').then((module) => module.releaseTag),
    egg: () => import('./egg.ts').then((module) => module.releaseEgg),
    source: () => import('./source.ts').then((module) => module.releaseSource),
    rpm: () => import('./rpm.ts').then((module) => module.releaseRpm),
    key: () => import('./key.ts').then((module) => module.releaseKey),
    check: () => import('./check.ts').then((module) => module.releaseCheck),
    delta: () => import('./delta.ts').then((module) => module.releaseDelta),
  },
});
