// A source archive, tar or zip: one directory named like the file, PKG-INFO in it, and nothing that leaves it.

import { inspectTar, type ZipArchive } from '#archive';
import { canonicalizeName, safeVersion } from '#standards';
import { refusal } from '../refusals.ts';
import { printable, type DistributionName } from './distribution-name.ts';
import { asRefusal, assertPlainName, toRefusal, type InspectLimits } from './open-archive.ts';
import { maximumMetadataBytes } from './read-metadata.ts';

const maximumEntries = 200_000;

export async function inspectTarSdist(
  path: string,
  name: DistributionName,
  limits: InspectLimits,
): Promise<{ metadata: Buffer; where: string }> {
  const inspected = await inspectTar(path, {
    name: name.filename,
    limits: { maximumEntries, maximumBytes: limits.maximumInflatedBytes },
    wants: (path) => /^[^/]+\/PKG-INFO$/.test(path),
    maximumWantedBytes: maximumMetadataBytes,
  }).catch((error: unknown) => {
    throw toRefusal('tar', error);
  });
  for (const path of inspected.paths) assertPlainName(path);
  const where = `${topDirectory(inspected.paths, name)}/PKG-INFO`;
  const metadata = inspected.contents.get(where);
  if (metadata === undefined) throw refusal('sdist', `it has no \`${printable(where)}\``);
  return { metadata, where };
}

export function inspectZipSdist(
  archive: ZipArchive,
  name: DistributionName,
): { metadata: Buffer; where: string } {
  const files = archive.entries.filter(({ kind }) => kind === 'file');
  const where = `${topDirectory(
    files.map(({ path }) => path),
    name,
  )}/PKG-INFO`;
  const entry = archive.find(where);
  if (entry === undefined) throw refusal('sdist', `it has no \`${printable(where)}\``);
  if (entry.size > maximumMetadataBytes) {
    throw refusal('sdist', `its \`${printable(where)}\` is larger than ${maximumMetadataBytes} bytes`);
  }
  for (const member of files) asRefusal('zip', () => archive.read(member));
  return { metadata: asRefusal('zip', () => archive.read(entry)), where };
}

function topDirectory(paths: readonly string[], name: DistributionName): string {
  const tops = new Set(paths.map((path) => path.split('/', 1)[0] ?? ''));
  const [top = '', second] = tops;
  if (second !== undefined || paths.includes(top) || top === '') {
    throw refusal('sdist', `not everything in it lies in one directory \`${name.project}-${name.version}\``);
  }
  // Spelled in many ways over the years: compared as what it means, wherever the dash may be.
  const dashes = [...top.matchAll(/-/g)].map(({ index }) => index);
  const isSame = dashes.some(
    (dash) =>
      canonicalizeName(top.slice(0, dash)) === name.project && sameVersion(top.slice(dash + 1), name.version),
  );
  if (!isSame) {
    throw refusal(
      'sdist',
      `its directory \`${printable(top)}\` is of another project or version than \`${name.filename}\``,
    );
  }
  return top;
}

function sameVersion(text: string, version: string): boolean {
  const plain = (one: string): string =>
    safeVersion(one)
      .toLowerCase()
      .replaceAll(/[^a-z0-9.]+/g, '-');
  return plain(text) === plain(version) || plain(text.replaceAll('_', '-')) === plain(version);
}
