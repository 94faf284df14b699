// The RPMs of a release, by the system's rpmbuild: the binary one from a bundle, the source one from a source release.

import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { BuildError, type Environment } from '#base';
import { tryRunProgram } from '#python';
import { fixedMtime } from '#store';
import { formatSpec } from './format-spec.ts';
import type { PackageFacts } from './package-facts.ts';

export interface RpmOrder {
  facts: PackageFacts;
  /** The unpacked bundle. */
  bundle: string;
  /** Also a source package, from this source release. */
  source?: { file: string; words: readonly string[] } | undefined;
  /** Where the packages go. */
  output: string;
  /** A directory of the caller's, for everything else. */
  workDirectory: string;
  environment: Environment;
  /** Seconds since 1970. */
  epoch: number;
  signal?: AbortSignal | undefined;
}

/** The paths of the packages; they replace others of the same name. */
export async function buildRpms(order: RpmOrder): Promise<string[]> {
  const { facts, bundle, source, workDirectory, output } = order;
  const { name } = facts.manifest;
  const top = join(workDirectory, 'rpm');
  const specSource = source === undefined ? undefined : { ...readSource(source.file), words: source.words };
  for (const folder of ['BUILD', 'SOURCES', 'SPECS', 'RPMS', 'SRPMS']) {
    mkdirSync(join(top, folder), { recursive: true });
  }
  // A path that macros and the shell take as it is.
  const link = join(top, 'bundle');
  symlinkSync(bundle, link);
  writeFileSync(join(top, `${name}.spec`), formatSpec(facts));
  const packages = [await build(order, top, ['-bb', '--define', `bundle_directory ${link}`, `${name}.spec`])];
  if (source !== undefined && specSource !== undefined) {
    const archive = join(top, 'SOURCES', specSource.file);
    const spec = join(top, 'source', `${name}.spec`);
    copyFileSync(source.file, archive);
    mkdirSync(join(top, 'source'));
    writeFileSync(spec, formatSpec(facts, specSource));
    for (const file of [archive, spec]) {
      chmodSync(file, 0o644);
      utimesSync(file, fixedMtime, fixedMtime);
    }
    packages.push(await build(order, top, ['-bs', join('source', `${name}.spec`)]));
  }
  return packages.map((path) => {
    const target = join(output, basename(path));
    cpSync(path, target);
    return target;
  });
}

/** Runs rpmbuild and gives what it made. */
async function build(order: RpmOrder, top: string, words: readonly string[]): Promise<string> {
  const { environment, epoch, facts, signal } = order;
  // A source package keeps the spec with its macros replaced, this one too.
  const place = words.includes('-bs') ? '.' : top;
  const result = await tryRunProgram('rpmbuild', ['--nodeps', '--define', `_topdir ${place}`, ...words], {
    cwd: top,
    // The user's own macros must not show in the package.
    env: { ...environment, HOME: top, LC_ALL: 'C.UTF-8', TZ: 'UTC', SOURCE_DATE_EPOCH: String(epoch) },
    ...(signal === undefined ? {} : { signal }),
  });
  if (result === undefined) {
    throw new BuildError('RELEASE_NO_RPMBUILD', 'There is no `rpmbuild` on this machine', {
      hint: 'install it: the package is `rpm-build` on Fedora and its relatives, `rpm` on Debian',
    });
  }
  const folder = words.includes('-bs') ? 'SRPMS' : 'RPMS';
  const found = listPackages(join(top, folder));
  const [path] = found;
  if (result.code === 0 && path !== undefined) return path;
  const said = result.output.trim().split('\n').slice(-15).join('\n');
  throw new BuildError(
    'RELEASE_RPMBUILD_FAILED',
    `rpmbuild made no package of ${facts.manifest.name}:\n${said}`,
  );
}

function listPackages(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.rpm')).map((name) => join(folder, name));
}

/** The name of a source release's archive, and of its one directory. */
function readSource(file: string): { file: string; directory: string } {
  const name = basename(file);
  const [, directory] = /^(.+)\.(?:tgz|tar\.gz)$/.exec(name) ?? [];
  if (directory !== undefined && existsSync(file)) return { file: name, directory };
  throw new BuildError('RELEASE_NO_INPUT', `\`${file}\` is no source release`, {
    hint: 'make one with `clutch release source`, and name its archive: --source NAME.tgz',
    where: { file },
  });
}
