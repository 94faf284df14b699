// What a package of the system says about a release: its name, its version in the order that packages have, and what its
// scripts must know.

import { BuildError } from '#base';
import { tryParseVersion } from '#standards';
import type { ReleaseManifest } from '../tree/index.ts';

export interface PackageOptions {
  /** The revision of the package, for one version of the release; default `1`. */
  revision?: string | undefined;
  summary?: string | undefined;
  license?: string | undefined;
  /** `Name <mail@example.com>` */
  maintainer?: string | undefined;
  /** More requirements, as the package format writes them. */
  requires: readonly string[];
  /** `user` or `user:group`: who the directories of the state belong to when they are made. */
  owner?: string | undefined;
}

export interface PackageFacts {
  manifest: ReleaseManifest;
  prefix: string;
  /** In the order of RPM and dpkg: `1.0~rc1` comes before `1.0`. */
  version: string;
  revision: string;
  summary: string;
  license: string;
  maintainer: string;
  requires: readonly string[];
  owner: { user: string; group: string } | undefined;
}

/** Fails with `RELEASE_NO_PREFIX` for a release that was built for no directory, and for what does not fit in a package. */
export function packageFacts(manifest: ReleaseManifest, options: PackageOptions): PackageFacts {
  const { prefix, name } = manifest;
  if (prefix === undefined) {
    throw new BuildError('RELEASE_NO_PREFIX', `\`${name}\` was built for no directory`, {
      hint: 'build it with `release bundle --prefix DIR`',
    });
  }
  const texts = { summary: options.summary, license: options.license, maintainer: options.maintainer };
  for (const [option, text] of Object.entries({ ...texts, requires: options.requires.join(' ') })) {
    if (text?.includes('\n') === true) throw badOption(option, text, 'has more than one line');
  }
  return {
    manifest,
    prefix,
    version: packageVersion(manifest.version),
    revision: checkRevision(options.revision ?? '1'),
    summary: options.summary ?? `${name} ${manifest.version}`,
    license: options.license ?? 'see the SBOM',
    maintainer: checkMaintainer(options.maintainer ?? 'nobody <nobody@localhost>'),
    requires: options.requires,
    owner: options.owner === undefined ? undefined : readOwner(options.owner),
  };
}

/**
 * A version of PEP 440 with `~` before what makes it a pre-release; any other with `~` for `-`, which separates the
 * revision in both formats.
 */
export function packageVersion(version: string): string {
  const parsed = tryParseVersion(version);
  if (parsed === undefined) return version.replaceAll('-', '~');
  const [release = '', ...local] = version.replaceAll(/[-_]/g, '.').split('+');
  const marked = release.replace(/(?<=\d)\.?(?=(?:a|b|c|rc|alpha|beta|pre|preview|dev)\.?\d*)/i, '~');
  return [marked, ...local].join('+');
}

function checkRevision(revision: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9.+~]*$/.test(revision)) return revision;
  throw badOption('revision', revision, 'is no revision of a package: letters, digits and `.+~`');
}

function checkMaintainer(text: string): string {
  if (/^[^<>]+ <[^<>@\s]+@[^<>@\s]+>$/.test(text)) return text;
  throw badOption('maintainer', text, 'is not of the form `Name <mail@example.com>`');
}

function readOwner(text: string): { user: string; group: string } {
  const [, user, group] = /^([a-z_][a-z0-9_-]*)(?::([a-z_][a-z0-9_-]*))?$/.exec(text) ?? [];
  if (user === undefined) throw badOption('owner', text, 'is no name of a user: `user` or `user:group`');
  return { user, group: group ?? user };
}

function badOption(option: string, text: string, problem: string): BuildError {
  return new BuildError('RELEASE_BAD_OPTION', `--${option} \`${text}\` ${problem}`);
}

/** Whether the system's packages have this interpreter: it can be required, and need not be looked for. */
export function isPackagedPython({ python }: ReleaseManifest): boolean {
  return python !== undefined && /^\/(?:usr\/)?bin\/[\w.-]+$/.test(python.executable);
}

/** The state's directories, relative to the prefix, parents first. */
export function stateOf({ state }: ReleaseManifest): readonly string[] {
  return state ?? [];
}
