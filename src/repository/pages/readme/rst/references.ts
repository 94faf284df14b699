// What is said in one place of a text and used in another: targets of links, and substitutions.

import { escapeHtml } from '../../../simple/render-html.ts';

export interface References {
  /** Addresses by the name of the reference, normalised. */
  targets: ReadonlyMap<string, string>;
  /** Those without a name, in their order; taken one by one. */
  anonymous: string[];
  /** HTML by name. */
  substitutions: ReadonlyMap<string, string>;
}

export function collectReferences(lines: readonly string[]): References {
  const targets = new Map<string, string>();
  const anonymous: string[] = [];
  const substitutions = new Map<string, string>();
  for (const [at, line] of lines.entries()) {
    const [, quoted, plainName, address = ''] =
      /^\s*\.\. _(?:`([^`]+)`|([^:`]+)):(?:\s+(\S.*))?$/.exec(line) ?? [];
    const name = quoted ?? plainName;
    if (name !== undefined && name !== '_' && address !== '') targets.set(referenceName(name), join(address));
    const [, without] = /^\s*(?:\.\. __:|__)\s+(\S+)$/.exec(line) ?? [];
    if (without !== undefined) anonymous.push(without);
    const [, substitution, kind = '', value = ''] =
      /^\s*\.\. \|([^|]+)\| ([\w-]+)::\s*(.*)$/.exec(line) ?? [];
    if (substitution !== undefined) {
      substitutions.set(substitution.toLowerCase(), substitute(kind, value, optionsAt(lines, at + 1)));
    }
  }
  return { targets, anonymous, substitutions };
}

/** Case and the number of spaces make no difference. */
export function referenceName(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().toLowerCase();
}

/** A target may be another name, with an underscore at its end. */
function join(address: string): string {
  return address.replaceAll(/\s+/g, '');
}

function substitute(kind: string, value: string, options: ReadonlyMap<string, string>): string {
  if (kind === 'image') return imageMarkup(value, options);
  return kind === 'replace' || kind === 'unicode' ? escapeHtml(value) : '';
}

/** The sanitiser shows it as a link with its text. */
export function imageMarkup(address: string, options: ReadonlyMap<string, string>): string {
  const image = `<img src="${escapeHtml(address.trim())}" alt="${escapeHtml(options.get('alt') ?? '')}">`;
  const target = options.get('target');
  return target === undefined ? image : `<a href="${escapeHtml(target.trim())}">${image}</a>`;
}

/** Indented lines `:name: value` from `at` on. */
export function optionsAt(lines: readonly string[], at: number): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const line of lines.slice(at, at + 20)) {
    const [, name, value = ''] = /^\s+:([\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined) break;
    options.set(name.toLowerCase(), value);
  }
  return options;
}
