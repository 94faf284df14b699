// An sdist of the old kind, made at test time: a `setup.py` and no `pyproject.toml`, so that setuptools must build it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createTar, memberOf } from '#archive';

export interface LegacySdist {
  name: string;
  version: string;
  /** Files by path, `setup.py` among them. */
  files: Readonly<Record<string, string>>;
}

/** Writes `name-version.tar.gz` into `directory`; its path. */
export async function buildLegacySdist(directory: string, sdist: LegacySdist): Promise<string> {
  const stem = `${sdist.name}-${sdist.version}`;
  const metadata = `Metadata-Version: 2.1\nName: ${sdist.name}\nVersion: ${sdist.version}\n`;
  const files = Object.entries({ 'PKG-INFO': metadata, ...sdist.files });
  const members = files.map(([path, text]) => memberOf(`${stem}/${path}`, text));
  const path = join(directory, `${stem}.tar.gz`);
  writeFileSync(path, await createTar(members, 'gzip'));
  return path;
}
