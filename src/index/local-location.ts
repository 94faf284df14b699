// Where an index or a find-links entry is: on the network, or at a path of this machine.

import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isAbsolute, resolve } from 'node:path';

/** As zc.buildout tells a URL from a path (_package_index.py, URL_SCHEME). */
const scheme = /^([-+.a-z0-9]{2,}):/i;

export function isRemote(location: string): boolean {
  return /^https?:/i.test(location);
}

/** A scheme that is neither http(s) nor `file`, in lower case. */
export function foreignScheme(location: string): string | undefined {
  const name = scheme.exec(location)?.[1]?.toLowerCase();
  return name === undefined || name === 'http' || name === 'https' || name === 'file' ? undefined : name;
}

export function isFileUrl(location: string): boolean {
  return /^file:/i.test(location);
}

/** The path a local location means. zc.buildout takes what follows `file://` as it is, so undecoded paths count too. */
export function localPathOf(location: string): string {
  if (!isFileUrl(location)) return resolve(location);
  const plain = location.replace(/^file:(?:\/\/)?/i, '').replace(/#.*$/s, '');
  if (isAbsolute(plain) && existsSync(plain)) return resolve(plain);
  return URL.canParse(location) && new URL(location).host === ''
    ? fileURLToPath(new URL(location).href.replace(/#.*$/s, ''))
    : resolve(plain);
}

/** A directory as the base of relative links. */
export function directoryUrl(path: string): string {
  return pathToFileURL(`${path}/`).href;
}
