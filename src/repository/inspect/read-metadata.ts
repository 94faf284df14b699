// Core metadata of an uploaded file, read strictly: what is wrong in it would break a client later.

import { BuildError } from '#base';
import {
  canonicalizeName,
  parseCoreMetadata,
  parseRequirement,
  parseSpecifierSet,
  tryParseVersion,
  type CoreMetadata,
} from '#standards';
import { refusal } from '../refusals.ts';
import { isProjectName, printable, spellingHint, type DistributionName } from './distribution-name.ts';

export const maximumMetadataBytes: number = 8 * 2 ** 20;

/** `where` is the file in the archive, for messages. Fails with a refusal that names the field. */
export function readMetadata(bytes: Buffer, where: string, name: DistributionName): CoreMetadata {
  const isWheel = name.kind === 'wheel';
  const text = bytes.toString('utf8');
  if (isWheel && !Buffer.from(text).equals(bytes)) {
    throw refusal('metadata', `\`${where}\` is not UTF-8`);
  }
  const metadata = parse(text, where);
  assertPlain(metadata, where);
  assertNameAndVersion(metadata, where, name);
  assertMetadataVersion(metadata, where);
  if (metadata.requiresPython !== undefined && metadata.requiresPython !== '') {
    assertReadable({ 'Requires-Python': metadata.requiresPython }, where, parseSpecifierSet);
  }
  // Files of old have lines that today's grammar does not know; a wheel has no excuse.
  if (isWheel) {
    for (const line of metadata.requiresDist)
      assertReadable({ 'Requires-Dist': line }, where, parseRequirement);
  }
  return metadata;
}

function parse(text: string, where: string): CoreMetadata {
  try {
    return parseCoreMetadata(text);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw refusal('metadata', `\`${where}\` can't be read: ${error.message}`);
  }
}

/** The fields that people and programs see as one line; the description is text of its own. */
function assertPlain({ name, version, requiresPython = '' }: CoreMetadata, where: string): void {
  for (const [field, value] of Object.entries({
    Name: name,
    Version: version,
    'Requires-Python': requiresPython,
  })) {
    // oxlint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f]/.test(value)) {
      throw refusal('metadata', `the field \`${field}\` of \`${where}\` has control characters`);
    }
  }
}

function assertNameAndVersion(metadata: CoreMetadata, where: string, name: DistributionName): void {
  if (!isProjectName(metadata.name)) {
    throw refusal(
      'metadata',
      `\`${where}\` has the name \`${printable(metadata.name)}\`, which is no name of a project`,
    );
  }
  if (canonicalizeName(metadata.name) !== name.project) {
    throw refusal(
      'metadata',
      `\`${where}\` is of the project \`${metadata.name}\`, the file name of \`${name.project}\``,
    );
  }
  const version = tryParseVersion(metadata.version)?.normalized;
  if (version === undefined && name.kind === 'wheel') {
    throw refusal(
      'metadata',
      `\`${where}\` has the version \`${printable(metadata.version)}\`, which is outside PEP 440`,
      spellingHint(metadata.version),
    );
  }
  if (sameVersionText(version ?? metadata.version) !== sameVersionText(name.version)) {
    throw refusal(
      'metadata',
      `\`${where}\` has the version \`${printable(metadata.version)}\`, the file name \`${name.version}\``,
    );
  }
}

/** Versions outside PEP 440 lose some of their characters in file names. */
function sameVersionText(version: string): string {
  return tryParseVersion(version)?.key ?? version.toLowerCase().replaceAll(/[^a-z0-9.]+/g, '-');
}

function assertMetadataVersion(metadata: CoreMetadata, where: string): void {
  const [version = '1.0'] = metadata.headers.get('metadata-version') ?? [];
  if (!/^[12]\.\d+$/.test(version)) {
    throw refusal(
      'metadata',
      `\`${where}\` has the Metadata-Version \`${printable(version)}\`, known are 1.x and 2.x`,
    );
  }
}

function assertReadable(
  fields: Readonly<Record<string, string>>,
  where: string,
  read: (text: string) => unknown,
): void {
  for (const [field, value] of Object.entries(fields)) {
    try {
      read(value);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      throw refusal('metadata', `\`${field}: ${printable(value)}\` of \`${where}\` is not valid`);
    }
  }
}
