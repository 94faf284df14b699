// The part of CycloneDX 1.6 that we write (https://cyclonedx.org/docs/1.6/json/), and package URLs.

import { hashBytes } from '#base';
import { canonicalizeName } from '#standards';

export interface Component {
  type: string;
  'bom-ref': string;
  name: string;
  version?: string;
  purl?: string;
  hashes?: readonly { alg: string; content: string }[];
  licenses?: Licenses;
  externalReferences?: readonly { type: string; url: string }[];
  properties?: readonly { name: string; value: string }[];
  components?: readonly Component[];
  /** Plain texts that other documents have: description, author, publisher, copyright, group, cpe, scope. */
  [text: string]: unknown;
}

/** One expression of SPDX, or names. */
export type Licenses = readonly [{ expression: string }] | readonly { license: { name: string } }[];

export interface Dependency {
  ref: string;
  dependsOn?: readonly string[];
}

export interface Sbom {
  $schema: string;
  bomFormat: 'CycloneDX';
  specVersion: '1.6';
  serialNumber: string;
  version: 1;
  metadata: {
    timestamp?: string;
    tools: { components: readonly { type: string; name: string; version: string }[] };
    component: Component;
  };
  components: readonly Component[];
  dependencies: readonly Dependency[];
}

/** A UUID that is a function of `text` (RFC 9562, version 8). */
export function uuidOf(text: string): string {
  const digits = hashBytes(text).slice(0, 32).split('');
  digits[12] = '8';
  digits[16] = '89ab'[Number.parseInt(digits[16] ?? '0', 16) & 3] ?? '8';
  return digits.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** `pkg:pypi/name@1.0` (https://github.com/package-url/purl-spec). */
export function pypiPurl(project: string, version: string): string {
  return `pkg:pypi/${canonicalizeName(project)}@${encodeURIComponent(version)}`;
}

/** `pkg:generic/name@1.0?download_url=…` */
export function genericPurl(name: string, version: string | undefined, url: string): string {
  const at = version === undefined ? '' : `@${encodeURIComponent(version)}`;
  return `pkg:generic/${encodeURIComponent(name)}${at}?download_url=${encodeURIComponent(url)}`;
}
