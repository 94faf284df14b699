// Names of projects, versions and extras: the normal forms of PEP 503 and of pkg_resources.

import { tryParseVersion } from './version.ts';

/** PEP 503: `Foo.Bar_x` is `foo-bar-x`. Names are the same project when this is the same. */
export function canonicalizeName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** PEP 503 with underscores, the form in file names of eggs and wheels: `foo_bar_x`. */
export function underscoreName(name: string): string {
  return canonicalizeName(name).replaceAll('-', '_');
}

/** Whether the name is a valid one in its canonical form. */
export function isNormalizedName(name: string): boolean {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name);
}

/** `pkg_resources.safe_name`: what is neither letter, digit nor dot becomes one dash; case stays. */
export function safeName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9.]+/g, '-');
}

/** `pkg_resources.safe_version`: the normal form, or, where there is none, the text with dashes. */
export function safeVersion(version: string): string {
  return (
    tryParseVersion(version)?.normalized ?? version.replaceAll(' ', '.').replaceAll(/[^A-Za-z0-9.]+/g, '-')
  );
}

/** `pkg_resources.safe_extra`: lower case, with underscores. */
export function safeExtra(extra: string): string {
  return extra.replaceAll(/[^A-Za-z0-9.-]+/g, '_').toLowerCase();
}

/** `pkg_resources.to_filename`: dashes separate the parts of a file name, so inside a part they are underscores. */
export function toFilename(name: string): string {
  return name.replaceAll('-', '_');
}
