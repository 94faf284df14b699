// The Debian package of a release, from a bundle, by dpkg-deb.

import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError, hashFile, type Environment } from '#base';
import { tryRunProgram } from '#python';
import { fixedMtime, loaderDirectories } from '#store';
import type { ReleaseManifest } from '../tree/index.ts';
import { findDebDepends } from './deb-depends.ts';
import { formatDebScripts } from './deb-scripts.ts';
import { describePackaged } from './format-spec.ts';
import type { PackageFacts } from './package-facts.ts';

export interface DebOrder {
  facts: PackageFacts;
  /** The unpacked bundle. */
  bundle: string;
  output: string;
  workDirectory: string;
  environment: Environment;
  /** Seconds since 1970. */
  epoch: number;
  /** To run install.py with. */
  python: string;
  signal?: AbortSignal | undefined;
}

export interface BuiltDeb {
  path: string;
  /** What the package does not ask for, since no package of this machine has it. */
  unresolved: readonly string[];
}

export async function buildDeb(order: DebOrder): Promise<BuiltDeb> {
  const { facts, workDirectory } = order;
  const root = join(workDirectory, 'deb');
  mkdirSync(root);
  await stage(order, root);
  const { depends, unresolved } = await findDebDepends(facts.manifest, {
    directories: [...(order.environment['LD_LIBRARY_PATH'] ?? '').split(':'), ...loaderDirectories()],
  });
  const control = join(root, 'DEBIAN');
  mkdirSync(control);
  const files = filesBelow(root, facts.prefix.slice(1));
  const bytes = files.reduce((total, { size }) => total + Math.max(size, 1), 0);
  writeFileSync(
    join(control, 'control'),
    formatControl(facts, { depends, bytes, architecture: await architecture(facts.manifest) }),
  );
  writeFileSync(
    join(control, 'md5sums'),
    files
      .flatMap(({ path, isFile }) => (isFile ? [`${hashFile(join(root, path), 'md5')}  ${path}\n`] : []))
      .join(''),
  );
  for (const [name, text] of Object.entries(formatDebScripts(facts))) {
    writeFileSync(join(control, name), text);
    chmodSync(join(control, name), 0o755);
  }
  try {
    return { path: await pack(order, root), unresolved };
  } finally {
    // Directories of a release are read-only.
    await tryRunProgram('chmod', ['-R', 'u+w', root]);
  }
}

/** The files as they will lie below `/`, by the bundle's own program. */
async function stage({ facts, bundle, python, environment }: DebOrder, root: string): Promise<void> {
  const { manifest, prefix } = facts;
  const run = async (program: string, words: readonly string[]): Promise<void> => {
    const result = await tryRunProgram(program, words, { env: { ...environment, LC_ALL: 'C.UTF-8' } });
    if (result?.code === 0) return;
    throw new BuildError(
      'RELEASE_NOT_STAGED',
      `The bundle could not be laid out: ${result?.stderr.trim() ?? program}`,
    );
  };
  await run(python, [join(bundle, 'install.py'), '--root', root]);
  const lines = describePackaged(manifest, `"$0"${prefix}`).map((line) => line.replaceAll('%%', '%'));
  await run('/bin/sh', ['-ec', [...lines, `rm "$0"${prefix}/current`].join('\n'), root]);
  // The directories above the prefix are not ours, but the archive has them.
  let place = root;
  for (const name of ['', ...prefix.split('/').slice(1)]) {
    place = join(place, name);
    chmodSync(place, 0o755);
  }
}

interface FileBelow {
  path: string;
  size: number;
  isFile: boolean;
}

function filesBelow(root: string, folder: string): FileBelow[] {
  return readdirSync(join(root, folder))
    .sort()
    .flatMap((name) => {
      const path = `${folder}/${name}`;
      const status = lstatSync(join(root, path));
      if (status.isDirectory()) return [{ path, size: 4096, isFile: false }, ...filesBelow(root, path)];
      return [{ path, size: status.size, isFile: status.isFile() }];
    });
}

function formatControl(
  facts: PackageFacts,
  { depends, bytes, architecture }: { depends: readonly string[]; bytes: number; architecture: string },
): string {
  const { manifest, summary, maintainer, requires, version, revision, prefix } = facts;
  const all = [...depends, ...requires];
  return [
    `Package: ${debName(manifest.name)}`,
    `Version: ${version}-${revision}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${maintainer}`,
    `Installed-Size: ${Math.ceil(bytes / 1024)}`,
    ...(all.length === 0 ? [] : [`Depends: ${all.join(', ')}`]),
    'Section: misc',
    'Priority: optional',
    `Description: ${summary}`,
    ` The release ${manifest.root.slice(0, 12)} for ${prefix}.`,
    '',
  ].join('\n');
}

/** Debian's names have small letters, and no underscore. */
export function debName(name: string): string {
  const text = name.toLowerCase().replaceAll('_', '-');
  return text.length < 2 ? `${text}-release` : text;
}

const architectures: Readonly<Record<string, string>> = {
  'linux-x86_64': 'amd64',
  'linux-aarch64': 'arm64',
  'linux-i686': 'i386',
  'linux-armv7l': 'armhf',
  'linux-ppc64le': 'ppc64el',
};

async function architecture({ platform }: ReleaseManifest): Promise<string> {
  if (platform === undefined) return 'all';
  const known = architectures[platform];
  if (known !== undefined) return known;
  const asked = await tryRunProgram('dpkg', ['--print-architecture']);
  return asked?.stdout.trim() ?? platform.replace('linux-', '');
}

async function pack(order: DebOrder, root: string): Promise<string> {
  const { facts, environment, epoch, output, workDirectory, signal } = order;
  const target = join(workDirectory, 'package.deb');
  // One thread: what several make depends on how many there are. Times before the files' own would change those.
  const words = ['--root-owner-group', '-Zzstd', '-z9', '--threads-max=1', '--build', root, target];
  const result = await tryRunProgram('dpkg-deb', words, {
    env: { ...environment, LC_ALL: 'C.UTF-8', SOURCE_DATE_EPOCH: String(Math.max(epoch, fixedMtime)) },
    ...(signal === undefined ? {} : { signal }),
  });
  if (result === undefined) {
    throw new BuildError('RELEASE_NO_DPKG', 'There is no `dpkg-deb` on this machine', {
      hint: 'build the package on Debian or one of its relatives',
    });
  }
  if (result.code !== 0) {
    throw new BuildError('RELEASE_DPKG_FAILED', `dpkg-deb made no package: ${result.stderr.trim()}`);
  }
  const shown = await tryRunProgram('dpkg-deb', [
    '--show',
    '--showformat',
    '${Package}_${Version}_${Architecture}',
    target,
  ]);
  const path = join(output, `${shown?.stdout.trim() ?? facts.manifest.name}.deb`);
  cpSync(target, path);
  return path;
}
