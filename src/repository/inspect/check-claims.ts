// What the form of an upload says must be what is inside: clients that trust the form and clients that trust the file
// must see the same release. What the form does not say is not missed, and nothing of it is kept.

import { BuildError } from '#base';
import {
  canonicalizeName,
  formatRequirement,
  formatSpecifierSet,
  parseRequirement,
  parseSpecifierSet,
  tryParseVersion,
  type CoreMetadata,
} from '#standards';
import type { DistributionKind } from '../repository-contract.ts';
import { refusal } from '../refusals.ts';
import { printable, type DistributionName } from './distribution-name.ts';

/** Fields of the legacy upload API, as sent. */
export interface Claims {
  name?: string;
  version?: string;
  filetype?: string;
  summary?: string;
  requiresPython?: string;
  requiresDist?: readonly string[];
}

const kinds: Readonly<Record<string, DistributionKind>> = {
  sdist: 'sdist',
  bdist_wheel: 'wheel',
  bdist_egg: 'egg',
};

/** Fails with a refusal that names the field and both values. */
export function checkClaims(claims: Claims, metadata: CoreMetadata, name: DistributionName): void {
  const { filetype } = claims;
  if (filetype !== undefined && (!Object.hasOwn(kinds, filetype) || kinds[filetype] !== name.kind)) {
    throw differs('filetype', filetype, `\`${name.filename}\` is a file of the kind ${name.kind}`);
  }
  if (claims.name !== undefined && canonicalizeName(claims.name) !== name.project) {
    throw differs('name', claims.name, `the file is of \`${metadata.name}\``);
  }
  if (claims.version !== undefined && keyOf(claims.version) !== keyOf(metadata.version)) {
    throw differs('version', claims.version, `the file is of ${metadata.version}`);
  }
  compareText({ field: 'summary', claimed: claims.summary, actual: metadata.summary }, oneLine);
  const { requiresPython: actual } = metadata;
  compareText({ field: 'requires_python', claimed: claims.requiresPython, actual }, specifiersOf);
  compareRequirements(claims.requiresDist, metadata.requiresDist);
}

function keyOf(version: string): string {
  return tryParseVersion(version)?.key ?? version;
}

/** `UNKNOWN` is what distutils sends for a field that it does not have. */
function compareText(
  { field, claimed, actual = '' }: { field: string; claimed: string | undefined; actual: string | undefined },
  normalize: (text: string) => string,
): void {
  if (claimed === undefined || ['', 'UNKNOWN'].includes(claimed.trim())) return;
  if (normalize(claimed) === normalize(actual)) return;
  throw differs(field, claimed, `the metadata of the file says \`${printable(actual)}\``);
}

function compareRequirements(claimed: readonly string[] | undefined, actual: readonly string[]): void {
  if (claimed === undefined) return;
  const inside = new Set(actual.map(requirementOf));
  const outside = new Set(claimed.map(requirementOf));
  const added = [...outside].find((line) => !inside.has(line));
  if (added !== undefined) throw differs('requires_dist', added, 'the metadata of the file does not have it');
  const missing = [...inside].find((line) => !outside.has(line));
  if (missing === undefined) return;
  throw refusal(
    'form',
    `its fields \`requires_dist\` lack \`${printable(missing)}\`, which the file requires`,
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function specifiersOf(text: string): string {
  return orAsWritten(text, () => formatSpecifierSet(parseSpecifierSet(text)));
}

function requirementOf(text: string): string {
  return orAsWritten(text, () => {
    const requirement = parseRequirement(text);
    return formatRequirement({ ...requirement, name: canonicalizeName(requirement.name) });
  });
}

function orAsWritten(text: string, normalize: () => string): string {
  try {
    return normalize();
  } catch (error) {
    if (error instanceof BuildError) return oneLine(text);
    throw error;
  }
}

function differs(field: string, claimed: string, actual: string): BuildError {
  return refusal('form', `its field \`${field}\` is \`${printable(claimed)}\`, but ${actual}`);
}
