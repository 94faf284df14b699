// READMEs ready for a page: rendered once, in a worker, and kept by the hash of the metadata that they are in.

import type { CoreMetadata } from '#standards';
import { createMemoryCache } from '../../simple/memory-cache.ts';
import { createWorkerPool, workerEntry } from '../../worker-pool.ts';
import { trusted, type Html } from '../html.ts';
import type { ReadmeRequest } from './render-readme.ts';
import { renderText } from './render-text.ts';

export interface Readmes {
  /** `undefined` when the metadata has no description. */
  render(metadataHash: string, metadata: CoreMetadata): Promise<Html | undefined>;
  close(): Promise<void>;
}

const memoryBytes = 4 * 2 ** 20;
const deadlineMilliseconds = 4000;
const workerMegabytes = 96;
/** In characters. */
const longest = 1_000_000;

export function createReadmes(): Readmes {
  const cache = createMemoryCache<Html>(memoryBytes);
  const workers = createWorkerPool<ReadmeRequest, string>({
    entry: workerEntry('readme-worker', import.meta.url),
    most: 1,
    deadlineMilliseconds,
    memory: workerMegabytes,
  });
  const running = new Map<string, Promise<Html>>();
  const make = async (key: string, request: ReadmeRequest): Promise<Html> => {
    // Whatever goes wrong in there, the text itself can be shown.
    const markup = await workers.ask(request).catch(() => renderText(request.text));
    const isCut = request.text.length === longest;
    const made = trusted(isCut ? `${markup}<p>It is longer: the file itself has all of it.</p>` : markup);
    cache.set(key, made, markup.length * 2);
    return made;
  };
  return {
    render: async (metadataHash, { description, headers }) => {
      const text = description ?? '';
      if (['', 'UNKNOWN'].includes(text.trim())) return undefined;
      const known = cache.get(metadataHash);
      if (known !== undefined) return known;
      const contentType = headers.get('description-content-type')?.[0] ?? '';
      const request = { contentType, text: text.slice(0, longest) };
      let making = running.get(metadataHash);
      if (making === undefined) {
        making = make(metadataHash, request).finally(() => running.delete(metadataHash));
        running.set(metadataHash, making);
      }
      return making;
    },
    close: () => workers.close(),
  };
}
