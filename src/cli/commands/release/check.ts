// `release check`: what stands against a release, with file and line.

import { checkRelease, findingKinds, type Finding, type FindingCode, type ReleaseCheck } from '#release';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printJson, printText, usageError } from '../command-words.ts';
import { formatPlace, shortenPath } from '../shorten-path.ts';

const kinds = Object.keys(findingKinds).map((code) => `\n  ${code}`);

const usage = `\
Usage: buildout [options] [assignments] release check [--json] [--state DIR]... [--tag TAG] [--allow CODE]...

Looks for all that stands against a release of this buildout, before anything is built: sources in use, versions without
a pin, files whose hash nobody knows, checkouts that are not committed or not tagged, paths outside the tree, downloads
past the download cache, passwords in URLs, parts that write into the release. Each finding has its file and line and a
way out. Writes nothing, and runs no recipe but those that are built in. Ends with 1 when there is a finding.

  --json        print the findings as JSON (docs/releases.md)
  --state DIR   data of the application, relative to the buildout: kept outside every release (repeatable)
  --tag TAG     the tag that the release will get; it must not exist yet
  --allow CODE  accept findings of this kind (repeatable)

Kinds of findings:${kinds.join('')}
`;

const options = {
  json: { type: 'boolean' },
  state: { type: 'string', multiple: true },
  tag: { type: 'string' },
  allow: { type: 'string', multiple: true },
} as const;

export const releaseCheck: Command = {
  usage,
  readOnly: true,
  run: async (invocation) => {
    const { values, lists } = parseWords(invocation, options, 0);
    const allowed = readAllowed(lists['allow'] ?? []);
    const settings = await invocation.settings();
    const { findings, notKnown } = await checkRelease(settings, {
      state: lists['state'] ?? [],
      ...(typeof values['tag'] === 'string' ? { tag: values['tag'] } : {}),
    });
    const left = findings.filter(({ code }) => !allowed.has(code));
    const { directory } = settings.configuration;
    if (values['json'] === true) printFindings(invocation, { findings: left, notKnown }, directory);
    else printText(invocation, format({ findings: left, notKnown }, directory));
    return left.length === 0 ? 0 : 1;
  },
};

function readAllowed(codes: readonly string[]): ReadonlySet<string> {
  const unknown = codes.find((code) => !Object.hasOwn(findingKinds, code));
  if (unknown !== undefined) throw usageError(`there is no kind of finding \`${unknown}\``);
  return new Set(codes);
}

function printFindings(
  invocation: Invocation,
  { findings, notKnown }: ReleaseCheck,
  directory: string,
): void {
  printJson(invocation, {
    format: 1,
    directory,
    findings: findings.map(({ code, message, where }) => ({
      code,
      message,
      ...where,
      explanation: findingKinds[code].explanation,
      wayOut: findingKinds[code].wayOut,
    })),
    notKnown,
  });
}

function format({ findings, notKnown }: ReleaseCheck, directory: string): string {
  const lines = findings.map((finding) => formatFinding(finding, directory));
  const codes = [...new Set(findings.map(({ code }) => code))];
  const legend = codes.map((code: FindingCode) => {
    const { explanation, wayOut } = findingKinds[code];
    return `${code}: ${explanation}\n  ${wayOut}`;
  });
  const unknown =
    notKnown.length === 0 ? [] : [['Not known:', ...notKnown.map((line) => `  ${line}`)].join('\n')];
  const end = findings.length === 0 ? 'Nothing stands against a release.' : countOf(findings.length);
  return [...(lines.length === 0 ? [] : [lines.join('\n')]), ...legend, ...unknown, end].join('\n\n');
}

function formatFinding({ code, message, where }: Finding, directory: string): string {
  const place = formatPlace(where, directory);
  const section = where.section === undefined ? '' : `[${where.section}]`;
  const shown = place === '' ? section : place;
  return `${shown === '' ? shortenPath(directory, directory) : shown}: ${message} (${code})`;
}

function countOf(count: number): string {
  return count === 1 ? '1 finding' : `${count} findings`;
}
