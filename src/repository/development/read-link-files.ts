// Development links from `DIR/links`: `*.links` with lines `name = git+https://…@branch`, and `*.svn`, snippets of HTML as
// they lay beside eggs in 2008, whose links end with `#egg=name-dev`.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from 'htmlparser2';
import { BuildError, hasCode } from '#base';
import type { DevelopmentLink } from '../repository-contract.ts';
import { readLink } from './read-link.ts';

export interface LinkFiles {
  links: readonly DevelopmentLink[];
  /** Lines that are no links, with file and line. */
  problems: readonly string[];
}

const maximumBytes = 1 << 20;

/** Reads all files of the directory, by name; a line that is wrong is a problem and no failure. */
export function readLinkFiles(directory: string): LinkFiles {
  const links: DevelopmentLink[] = [];
  const problems: string[] = [];
  for (const name of listFiles(directory)) {
    const text = readFileSync(join(directory, name), 'utf8');
    if (text.length > maximumBytes) {
      problems.push(`${name}: larger than ${maximumBytes} bytes`);
      continue;
    }
    const found = name.endsWith('.svn') ? readSnippet(text, name) : readLines(text, name);
    for (const { link, place, plain } of found) {
      try {
        links.push(readLink(link, plain));
      } catch (error) {
        if (!(error instanceof BuildError)) throw error;
        problems.push(`${place}: ${error.message}`);
      }
    }
  }
  return { links, problems };
}

function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /^[^.].*\.(?:links|svn)$/.test(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

interface FoundLink {
  link: DevelopmentLink;
  /** File and line. */
  place: string;
  plain: boolean;
}

function readLines(text: string, source: string): FoundLink[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const content = line.replace(/(?:^|\s)#.*$/, '').trim();
    if (content === '') return [];
    const [, name = content, url = ''] = /^(\S+?)\s*(?:=|@)\s*(\S.*)$/.exec(content) ?? [];
    return [{ link: { name, url, source }, place: `${source}:${index + 1}`, plain: false }];
  });
}

/** What setuptools took from such a page: `href`s with `#egg=name-dev`. */
function readSnippet(text: string, source: string): FoundLink[] {
  const found: FoundLink[] = [];
  const parser = new Parser({
    onopentag: (tag, { href = '' }) => {
      const [, url = '', name = ''] = /^([^#]*)#egg=([A-Za-z0-9_.-]+)-dev$/.exec(href.trim()) ?? [];
      if (tag === 'a' && name !== '') found.push({ link: { name, url, source }, place: source, plain: true });
    },
  });
  parser.end(text);
  return found;
}
