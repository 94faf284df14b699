// Clutch itself as a source release carries it: the bundled program, the Python files it ships, its launchers, and the
// Node of this platform, checked by hash.

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { collectMembers, memberOf, type NewMember } from '#archive';
import { BuildError, hashFile } from '#base';
import { nodeBinaries } from './node-binaries.ts';

/** The content of a file with this hash as `gzipFile` gives it, perhaps kept from an earlier time. */
export type Compress = (sha256: string, path: string) => Promise<Uint8Array>;

/** The members of the program, each path behind `prefix/`. `node`: fails where this platform's Node is not installed. */
export function collectProgram(prefix: string, node: Compress | undefined): NewMember[] {
  const root = programRoot();
  const isPython = (path: string): boolean => /(?:^|\/)(?:__pycache__$|test_|.*\.pyc$)/.test(path);
  return [
    memberOf(`${prefix}/package.json`, '{ "name": "clutch", "private": true, "type": "module" }\n'),
    ...collectMembers(join(root, 'bin'), `${prefix}/bin`),
    ...collectMembers(join(root, 'dist'), `${prefix}/dist`),
    ...collectMembers(join(root, 'python'), `${prefix}/python`, isPython),
    ...(node === undefined ? [] : collectNode(root, prefix, node)),
  ];
}

/** The directory with `dist/` that this file is part of, bundled or not. */
function programRoot(): string {
  const here = import.meta.dirname;
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'dist', 'clutch.js')) && existsSync(join(folder, 'package.json')))
      return folder;
  }
  throw new Error(`no dist/clutch.js above ${here}`);
}

function collectNode(root: string, prefix: string, compress: Compress): NewMember[] {
  const { name, directory } = findNode(root);
  const wanted = new Set(['bin', 'bin/node', 'LICENSE', 'package.json']);
  verifyNode(name, join(directory, 'bin', 'node'));
  const members = collectMembers(directory, `${prefix}/node_modules/${name}`, (path) => !wanted.has(path));
  return members.map((member) =>
    member.path.endsWith('/bin/node')
      ? {
          ...member,
          gzipped: () => compress(nodeBinaries[name]?.sha256 ?? '', join(directory, 'bin', 'node')),
        }
      : member,
  );
}

/** The platform package lies in our `node_modules` or, installed from npm, beside us. */
function findNode(root: string): { name: string; directory: string } {
  for (const folder of [join(root, 'node_modules'), dirname(root)]) {
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^node-.*-/.test(name)) : [];
    const name = names.find((one) => existsSync(join(folder, one, 'bin', 'node')));
    if (name !== undefined) return { name, directory: join(folder, name) };
  }
  throw new BuildError(
    'RELEASE_NO_NODE',
    'There is no Node that a release could carry: npm has none for this platform here',
    {
      hint: 'give `--without-node`; who installs the release then needs Node 22.15 or newer on the PATH',
    },
  );
}

function verifyNode(name: string, path: string): void {
  const sha256 = hashFile(path);
  const known = nodeBinaries[name]?.sha256;
  if (known === sha256) return;
  throw new BuildError('RELEASE_WRONG_NODE', `\`${path}\` is not the Node that clutch was released with`, {
    hint: `expected SHA-256 ${known ?? '(none is known)'}, found ${sha256}; run \`npm ci\`, or give \`--without-node\``,
  });
}
