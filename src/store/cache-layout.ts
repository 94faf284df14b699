// Where things lie below the cache directory; see the door for the picture.

import { hashBytes } from '#base';
import { canonicalizeName } from '#standards';

export interface CacheLayout {
  readonly directory: string;
  readonly temporary: string;
  entry(buildKey: string): string;
  request(requestKey: string): string;
  /** The record of a release. */
  release(key: string): string;
  /** A fetched file by its hash. */
  file(sha256: string): string;
  record(indexUrl: string, project: string, version: string): string;
  lock(requestKey: string): string;
  /** The file that tells whether the cache is in use, and the one that tells how big it is. */
  readonly useLock: string;
  readonly sizes: string;
  /** A new path below `tmp/`, on the same file system as everything else. */
  temporaryPath(label: string): string;
}

export function createCacheLayout(directory: string): CacheLayout {
  const sharded = (kind: string, key: string): string => `${directory}/${kind}/${key.slice(0, 2)}/${key}`;
  return {
    directory,
    temporary: `${directory}/tmp`,
    entry: (buildKey) => sharded('eggs', buildKey),
    request: (requestKey) => `${sharded('requests', requestKey)}.json`,
    release: (key) => `${sharded('releases', key)}.json`,
    file: (sha256) => sharded('files', sha256),
    record: (indexUrl, project, version) =>
      `${directory}/records/${indexHash(indexUrl)}/${canonicalizeName(project)}/${encodeURIComponent(version)}.json`,
    lock: (requestKey) => `${directory}/locks/${requestKey}`,
    useLock: `${directory}/locks/in-use`,
    sizes: `${directory}/sizes`,
    temporaryPath(label) {
      const unique = `${process.pid.toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
      return `${directory}/tmp/${label}-${unique}`;
    },
  };
}

/** An index by hash: without user and password, and with or without a slash at its end. */
export function indexHash(indexUrl: string): string {
  const plain = indexUrl.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1').replace(/\/+$/, '');
  return hashBytes(plain).slice(0, 16);
}
