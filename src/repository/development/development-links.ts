// All development links: those of files, which are looked at every other second, and those of the API, which win.

import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalizeName } from '#standards';
import type { Core } from '../core.ts';
import type { DevelopmentLink } from '../repository-contract.ts';
import type { Log } from '../observe/log.ts';
import { readLinkFiles } from './read-link-files.ts';

export interface DevelopmentLinks {
  /** By name. */
  list(): readonly DevelopmentLink[];
  close(): void;
}

const pollMilliseconds = 2000;

/** Announces a change of the core (`links`) when a file in `DIR/links` changes. */
export function openDevelopmentLinks(core: Core, log: Log): DevelopmentLinks {
  const directory = join(core.directory, 'links');
  mkdirSync(directory, { recursive: true });
  let stamp = '';
  let fromFiles: readonly DevelopmentLink[] = [];
  const refresh = (): boolean => {
    const current = stampOf(directory);
    if (current === stamp) return false;
    stamp = current;
    const { links, problems } = readLinkFiles(directory);
    fromFiles = links;
    for (const message of problems)
      log({ time: core.now(), level: 'warning', event: 'link-refused', message });
    return true;
  };
  refresh();
  const timer = setInterval(() => {
    if (refresh()) core.announce({ type: 'links', project: '', actor: 'local' });
  }, pollMilliseconds).unref();
  return {
    list: () => {
      const byName = new Map<string, DevelopmentLink>();
      for (const link of fromFiles) byName.set(canonicalizeName(link.name), link);
      for (const { name, displayName, url } of core.records.links.list()) {
        byName.set(name, { name: displayName, url, source: 'api' });
      }
      return [...byName].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, link]) => link);
    },
    close: () => clearInterval(timer),
  };
}

function stampOf(directory: string): string {
  if (!existsSync(directory)) return 'none';
  const names = readdirSync(directory).sort();
  return names
    .map((name) => {
      const status = statSync(join(directory, name), { throwIfNoEntry: false });
      return status === undefined ? name : `${name} ${status.mtimeMs} ${status.size}`;
    })
    .join('\n');
}
