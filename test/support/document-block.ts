// Code blocks of documents that tests run or use as they stand: each follows a comment with its name.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repository } from './run-clutch.ts';

/** The code block behind `<!-- NAME -->` (`run: push`) in a document of the repository (`docs/fleet.md`). */
export function documentBlock(document: string, name: string): string {
  const text = readFileSync(join(repository, document), 'utf8');
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const block = new RegExp(`<!-- ${escaped} -->\\n\\n\`\`\`\\w+\\n([^]*?)\`\`\``).exec(text)?.[1];
  if (block === undefined) throw new Error(`${document} has no block ${name}`);
  return block;
}
