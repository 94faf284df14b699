// A built egg of the egg cache as an `.egg` file that every index and setuptools knows: zipped, with EGG-INFO. The cache
// has eggs as zc.buildout 6 lays them out, with the wheel's `.dist-info`, which is turned into what eggs have.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectMembers, createZip, memberOf, type NewMember } from '#archive';
import { BuildError } from '#base';
import { formatRequiresTxt } from '#standards';
import type { CachedEgg } from '#store';

/** Files of a `.dist-info` that say something about a wheel or about its installation. */
const leftOut = new Set(['RECORD', 'WHEEL', 'INSTALLER', 'REQUESTED', 'direct_url.json', 'METADATA']);

/** Writes `Name-1.0-py3.12-linux-x86_64.egg` into `directory`; the same egg gives the same bytes. Its path. */
export function packEgg(egg: CachedEgg, directory: string): string {
  const { eggName } = egg.manifest;
  const members = collectMembers(egg.directory, '', (path) => /(?:^|\/)__pycache__$/.test(path));
  const link = members.find(({ kind }) => kind === 'symlink');
  if (link !== undefined) {
    throw new BuildError(
      'PUBLISH_EGG',
      `\`${eggName}\` has the link \`${link.path}\`, and an egg file can have none`,
      {
        hint: 'publish its wheel or its source archive instead',
      },
    );
  }
  const files = members.filter(({ kind }) => kind === 'file');
  const isClassic = files.some(({ path }) => path === 'EGG-INFO/PKG-INFO');
  const packed = isClassic ? files : convertMetadata(egg, files);
  const path = join(directory, eggName.endsWith('.egg') ? eggName : `${eggName}.egg`);
  writeFileSync(path, createZip(packed));
  return path;
}

function convertMetadata({ manifest }: CachedEgg, files: readonly NewMember[]): NewMember[] {
  const metadata = files.find(({ path }) => /^[^/]+\.dist-info\/METADATA$/.test(path));
  if (metadata === undefined) {
    throw new BuildError('PUBLISH_EGG', `\`${manifest.eggName}\` has no metadata`, {
      hint: 'make it again: clutch cache rebuild',
    });
  }
  const prefix = metadata.path.slice(0, -'METADATA'.length);
  const { requiresDist, providesExtra } = manifest.metadata;
  const converted = files.flatMap((member) => {
    if (!member.path.startsWith(prefix)) return [member];
    const name = member.path.slice(prefix.length);
    return leftOut.has(name) ? [] : [{ ...member, path: `EGG-INFO/${name}` }];
  });
  return [
    ...converted,
    memberOf('EGG-INFO/PKG-INFO', metadata.read()),
    memberOf('EGG-INFO/requires.txt', formatRequiresTxt(requiresDist, providesExtra)),
    // Eggs of these days are used unpacked.
    memberOf('EGG-INFO/not-zip-safe', '\n'),
  ];
}
