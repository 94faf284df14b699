// `release check`: what stands against a release, with file and line.

import { checkRelease, findingKinds, type ReleaseCheck } from '#release';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printJson, printText } from '../command-words.ts';
import { configurationOption, readConfigured } from './read-configured.ts';
import { countOf, formatFindings, readAllowed } from './format-findings.ts';

const kinds = Object.keys(findingKinds).map((code) => `\n  ${code}`);

const usage = `\
Usage: buildout [options] [assignments] release check [-c CFG] [--json] [--state DIR]... [--tag TAG]
           [--allow CODE]...

Looks for all that stands against a release of this buildout, before anything is built: sources in use, versions without
a pin, files whose hash nobody knows, checkouts that are not committed or not tagged, paths outside the tree, downloads
past the download cache, passwords in URLs, parts that write into the release. Each finding has its file and line and a
way out. Writes nothing, and runs no recipe but those that are built in. Ends with 1 when there is a finding.

  -c CFG        the configuration, as before the command
  --json        print the findings as JSON (docs/releases.md)
  --state DIR   data of the application, relative to the buildout: kept outside every release, as var is
                (repeatable)
  --tag TAG     the tag that the release will get; it must not exist yet
  --allow CODE  accept findings of this kind (repeatable)

Kinds of findings:${kinds.join('')}
`;

const options = {
  ...configurationOption,
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
    const settings = await readConfigured(invocation, values['configuration'], true);
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
  const unknown =
    notKnown.length === 0 ? '' : ['Not known:', ...notKnown.map((line) => `  ${line}`)].join('\n');
  const end =
    findings.length === 0 ? 'Nothing stands against a release.' : countOf(findings.length, 'finding');
  return [formatFindings(findings, directory), unknown, end].filter((text) => text !== '').join('\n\n');
}
