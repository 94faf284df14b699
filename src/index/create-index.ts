// The index of one run.
import type { Index, IndexSettings } from './index-contract.ts';
export function createIndex(_settings: IndexSettings): Index {
  throw new Error('not yet');
}
