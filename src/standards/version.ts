// Versions (PEP 440): reading, order and normal form, as `packaging.version.Version`.

import { BuildError, pythonRepr } from '#base';
import { rememberByText } from './bounded-cache.ts';
import { pythonStrip } from './python-text.ts';
import { normalizedText, splitVersion, versionKey, type VersionParts } from './version-parts.ts';

export interface Version {
  /** As written. */
  readonly text: string;
  /** As `str(packaging.version.Version(text))`. */
  readonly normalized: string;
  /** Plain string order of keys is the order of versions; equal versions (`1.0` and `1`) have equal keys. */
  readonly key: string;
  readonly epoch: number;
  readonly release: readonly number[];
  readonly pre?: readonly ['a' | 'b' | 'rc', number];
  readonly post?: number;
  readonly dev?: number;
  readonly local?: readonly (string | number)[];
}

/** Reads a version; one that PEP 440 does not know is an error `INVALID_VERSION`. */
export function parseVersion(text: string): Version {
  const version = tryParseVersion(text);
  if (version === undefined) {
    throw new BuildError('INVALID_VERSION', `Invalid version: ${pythonRepr(text.slice(0, 500))}`);
  }
  return version;
}

/** Reads a version, or says that it is none. Answers are shared and remembered: do not change them. */
export function tryParseVersion(text: string): Version | undefined {
  return remembered(text) ?? undefined;
}

/** -1, 0 or 1: the total order of PEP 440. */
export function compareVersions(first: Version, second: Version): number {
  if (first.key === second.key) return 0;
  return first.key < second.key ? -1 : 1;
}

/** Whether this is a pre-release or a development release. */
export function isPrerelease(version: Version): boolean {
  return version.pre !== undefined || version.dev !== undefined;
}

/** The normal form: `1.0-ALPHA` is `1.0a0`. */
export function formatVersion(version: Version): string {
  return version.normalized;
}

const remembered = rememberByText<Version | null>(16_384, (text) => {
  const parts = splitVersion(pythonStrip(text));
  return parts === undefined ? null : versionOf(text, parts);
});

function versionOf(text: string, parts: VersionParts): Version {
  const { pre, post, dev, local } = parts;
  const version: { -readonly [Field in keyof Version]: Version[Field] } = {
    text,
    normalized: normalizedText(parts),
    key: versionKey(parts),
    epoch: Number(parts.epoch),
    release: parts.release.map(Number),
  };
  if (pre !== undefined) version.pre = [pre[0], Number(pre[1])];
  if (post !== undefined) version.post = Number(post);
  if (dev !== undefined) version.dev = Number(dev);
  if (local !== undefined) version.local = local.map(localSegment);
  return version;
}

function localSegment(segment: string): string | number {
  return /^[0-9]+$/.test(segment) ? Number(segment) : segment;
}
