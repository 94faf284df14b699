// What can stand against a release. Each kind has a code that programs may rely on, and a way out.

import type { Where } from '#base';

export interface FindingKind {
  /** One line: why this stands against a release. */
  readonly explanation: string;
  readonly wayOut: string;
}

export type FindingCode =
  | 'cannot-install'
  | 'develop'
  | 'source-checkout'
  | 'picked'
  | 'unpinned'
  | 'unknown-hash'
  | 'dirty-checkout'
  | 'untagged-checkout'
  | 'tag-exists'
  | 'unknown-checkout'
  | 'outside-path'
  | 'uncached-download'
  | 'password'
  | 'writes-inside'
  | 'unreleased-version'
  | 'direct-reference';

export const findingKinds: Readonly<Record<FindingCode, FindingKind>> = {
  'cannot-install': {
    explanation: 'A fresh installation of this configuration would fail.',
    wayOut: 'Correct what the message names; `buildout plan` shows the rest of such a run.',
  },
  develop: {
    explanation: 'A source directory is in use as it lies there: its version does not say what is in it.',
    wayOut:
      'Release it as an egg (`clutch release egg DIR`), pin that version, and take it out of `develop`; ' +
      'or accept it with `--allow develop`.',
  },
  'source-checkout': {
    explanation: 'A checkout of a version control system is used instead of a released distribution.',
    wayOut:
      'Release it as an egg, pin that version, and switch the checkout off for this configuration ' +
      '(`auto-checkout =` for mr.developer).',
  },
  picked: {
    explanation: 'Its version was chosen today; another day may choose another one.',
    wayOut: 'Pin it in [versions]; `update-versions-file` in [buildout] writes the pins.',
  },
  unpinned: {
    explanation: 'Its pin allows more than one version.',
    wayOut: 'Write one version: `NAME = 1.2.3`.',
  },
  'unknown-hash': {
    explanation: 'Nobody says which bytes this file has to have.',
    wayOut:
      'Use an index or links with `#sha256=`, or list the files of a directory in it: ' +
      '`sha256sum * > SHA256SUMS`.',
  },
  'dirty-checkout': {
    explanation: 'The checkout has changes that are not committed, so no commit says what is released.',
    wayOut: 'Commit or revert them.',
  },
  'untagged-checkout': {
    explanation: 'No tag names what is released.',
    wayOut: 'Tag it: `clutch release tag TAG`.',
  },
  'tag-exists': {
    explanation: 'The tag is taken, so the release would have the name of another one.',
    wayOut: 'Choose a new version.',
  },
  'unknown-checkout': {
    explanation: 'It is a checkout of a version control system whose program does not answer here.',
    wayOut: 'Install the program, or run the check where it is installed.',
  },
  'outside-path': {
    explanation: 'It lies outside the directory of the buildout, so a release would not have it.',
    wayOut: 'Move it into the directory, or build it as a part.',
  },
  'uncached-download': {
    explanation: 'A part fetches a file when it is installed, and the download cache will not have it.',
    wayOut:
      'Set `download-cache` in [buildout], and use a recipe that downloads through it (zc.buildout’s Download).',
  },
  password: {
    explanation: 'A URL holds a login, which everybody with the release could read.',
    wayOut: 'Take it out of the file; put it into ~/.netrc.',
  },
  'unreleased-version': {
    explanation: 'Indexes and users take such a version for something that is not released.',
    wayOut: 'Give the project the version of the release, and commit that.',
  },
  'direct-reference': {
    explanation:
      'It requires a URL instead of a version: indexes refuse such a project, and pins cannot hold it.',
    wayOut: 'Release what it requires, and require its version.',
  },
  'writes-inside': {
    explanation: 'A part keeps changing data inside the release, where an upgrade would leave it behind.',
    wayOut:
      'Let it write into `var`, or say where with `--state PATH`: `release bundle` keeps `var` and each such ' +
      'directory outside the releases.',
  },
};

export interface Finding {
  readonly code: FindingCode;
  /** One sentence without a full stop; never a password. */
  readonly message: string;
  /** The file and line that has to change; an option from the command line has none. */
  readonly where: Where;
}
