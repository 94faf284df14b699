// Every page of the simple API and the flat ones, by path: rendered with the first request, kept in memory until
// something on it changes.

import { canonicalizeName } from '#standards';
import type { Channel } from '../repository-contract.ts';
import { createMemoryCache } from './memory-cache.ts';
import { contentTypes, type PageFormat } from './negotiate.ts';
import { pathOf, renderPage, type PageRequest, type PageSources, type RenderedPage } from './render-page.ts';
import type { Variant } from './variant.ts';

export interface Pages {
  /** What is in memory for the path of a URL; costs next to nothing. */
  peek(path: string, format: PageFormat): Variant | undefined;
  /** `undefined`: there is no such page, or none in this format. `covers` leaves out what a reader may not see. */
  get(
    request: PageRequest,
    format: PageFormat,
    covers?: (project: string) => boolean,
  ): Promise<Variant | undefined>;
  /** Forgets what is in memory: something changed that no change of the core tells. */
  forget(): void;
}

const memoryBytes = 32 * 2 ** 20;

export function createPages(sources: PageSources): Pages {
  const { core } = sources;
  const cache = createMemoryCache<RenderedPage>(memoryBytes);
  const running = new Map<string, Promise<RenderedPage | undefined>>();
  let generation = 0;
  const forget = (): void => {
    generation += 1;
    running.clear();
  };
  core.subscribe(({ project }) => {
    forget();
    for (const path of pathsWith(project)) {
      for (const format of Object.keys(contentTypes)) cache.delete(`${format} ${path}`);
    }
  });

  const peek = (path: string, format: PageFormat): Variant | undefined => {
    const kept = cache.get(`${format} ${path}`);
    if (kept === undefined || (kept.expires !== undefined && kept.expires <= core.now())) return undefined;
    return kept.variant;
  };

  async function make(
    request: PageRequest,
    format: PageFormat,
    key: string,
  ): Promise<RenderedPage | undefined> {
    const began = generation;
    const kept = await renderPage(sources, request, { format });
    // Something changed meanwhile: this answer is as good as any, the next one must be new.
    if (kept !== undefined && began === generation) cache.set(key, kept, kept.variant.bytes);
    return kept;
  }

  return {
    peek,
    get: async (request, format, covers) => {
      if (covers !== undefined) return (await renderPage(sources, request, { format, covers }))?.variant;
      const path = pathOf(request);
      const known = peek(path, format);
      if (known !== undefined) return known;
      const key = `${format} ${path}`;
      let making = running.get(key);
      if (making === undefined) {
        making = make(request, format, key).finally(() => {
          if (running.get(key) === making) running.delete(key);
        });
        running.set(key, making);
      }
      return (await making)?.variant;
    },
    forget: () => {
      forget();
      cache.clear();
    },
  };
}

function pathsWith(project: string): string[] {
  const name = canonicalizeName(project);
  const channels: readonly Channel[] = ['release', 'staging'];
  return [
    '/dev/',
    ...channels.flatMap((channel) => [
      pathOf({ kind: 'project', channel, project: name }),
      pathOf({ kind: 'root', channel }),
      pathOf({ kind: 'flat', channel }),
    ]),
  ];
}
