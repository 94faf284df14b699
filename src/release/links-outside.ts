// `index` and `find-links` that climb out of the project: a copy of it finds them by full paths only.

import { resolve } from 'node:path';
import { isWithin } from './paths.ts';

/** What has to be said in `[buildout]` of a copy; `read` gives the options of the original in `directory`. */
export async function linksOutside(
  directory: string,
  read: (option: string) => Promise<string>,
): Promise<[option: string, value: string][]> {
  const isPathOutside = (link: string): boolean =>
    !link.includes(':') && !link.startsWith('/') && !isWithin(directory, resolve(directory, link));
  const options: [string, string][] = [];
  for (const option of ['index', 'find-links']) {
    const links = (await read(option)).split(/\s+/).filter((link) => link !== '');
    if (!links.some(isPathOutside)) continue;
    const absolute = links.map((link) => (isPathOutside(link) ? resolve(directory, link) : link));
    options.push([option, absolute.join(' ')]);
  }
  return options;
}
