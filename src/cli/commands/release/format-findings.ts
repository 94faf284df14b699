// Findings as people read them: one line each with its place, then each kind once, with its way out.

import { findingKinds, type Finding, type FindingCode } from '#release';
import { usageError } from '../command-words.ts';
import { formatPlace } from '../shorten-path.ts';

/** Empty when there are none. Paths are relative to `directory` where they lie in it. */
export function formatFindings(findings: readonly Finding[], directory: string): string {
  if (findings.length === 0) return '';
  const lines = findings.map((finding) => formatFinding(finding, directory));
  const codes = [...new Set(findings.map(({ code }) => code))];
  const legend = codes.map((code) => {
    const { explanation, wayOut } = findingKinds[code];
    return `${code}: ${explanation}\n  ${wayOut}`;
  });
  return [lines.join('\n'), ...legend].join('\n\n');
}

function formatFinding({ code, message, where }: Finding, directory: string): string {
  const place = formatPlace(where, directory);
  const section = where.section === undefined ? '' : `[${where.section}]`;
  const shown = place === '' ? section : place;
  return `${shown === '' ? '' : `${shown}: `}${message} (${code})`;
}

/** The codes after `--allow`; fails with `USAGE` for one that is none. */
export function readAllowed(codes: readonly string[]): ReadonlySet<FindingCode> {
  const unknown = codes.find((code) => !Object.hasOwn(findingKinds, code));
  if (unknown !== undefined) throw usageError(`there is no kind of finding \`${unknown}\``);
  return new Set(codes as FindingCode[]);
}

export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
