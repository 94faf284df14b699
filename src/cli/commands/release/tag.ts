// `release tag`: a tag of a buildout that nothing stands against.

import { planTag, type TagPlan } from '#release';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printText, usageError } from '../command-words.ts';
import { configurationOption, readConfigured } from './read-configured.ts';
import { countOf, formatFindings, readAllowed } from './format-findings.ts';

const usage = `\
Usage: buildout [options] [assignments] release tag TAG [-c CFG] [-m MESSAGE] [--push REMOTE] [--yes]
           [--state DIR]... [--allow CODE]...

Checks the buildout as \`release check --tag TAG\` does and says what would be tagged; with --yes it tags: in git by an
annotated tag, in Mercurial by a commit, in Subversion by a copy below \`tags\`. Nothing is tagged while there is a
finding: a change that is not committed, a tag that exists already, and the like.

  -c CFG                 the configuration, as before the command
  -m, --message MESSAGE  the text of the tag (default: Release TAG)
  --push REMOTE          send it to this remote (git, hg)
  --yes                  do it
  --state DIR            as for release check (repeatable)
  --allow CODE           accept findings of this kind (repeatable)
`;

const options = {
  ...configurationOption,
  message: { type: 'string', short: 'm' },
  push: { type: 'string' },
  yes: { type: 'boolean' },
  state: { type: 'string', multiple: true },
  allow: { type: 'string', multiple: true },
} as const;

export const releaseTag: Command = {
  usage,
  readOnly: true,
  run: async (invocation) => {
    const { values, lists, names } = parseWords(invocation, options, 1);
    const [tag] = names;
    if (tag === undefined) throw usageError('release tag needs the name of the tag');
    const settings = await readConfigured(invocation, values['configuration'], true);
    const allowed = readAllowed(lists['allow'] ?? []);
    const plan = await planTag(settings, { tag, allowed, state: lists['state'] ?? [] });
    if (plan.findings.length > 0) return refuse(invocation, plan, settings.configuration.directory);
    const { checkout, revision } = plan;
    const what = `${checkout.root} at ${revision} (${checkout.kind})`;
    if (values['yes'] !== true) {
      printText(invocation, `Would tag ${what} as ${tag}. Nothing was tagged: give --yes to do it.`);
      return 0;
    }
    await checkout.createTag(tag, textOf(values['message']) ?? `Release ${tag}`);
    printText(invocation, `Tagged ${what} as ${tag}.`);
    const remote = textOf(values['push']);
    if (remote === undefined || checkout.pushTag === undefined) return 0;
    await checkout.pushTag(tag, remote);
    printText(invocation, `Sent ${tag} to ${remote}.`);
    return 0;
  },
};

function textOf(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function refuse(invocation: Invocation, { findings }: TagPlan, directory: string): number {
  const end = `${countOf(findings.length, 'finding')}. Nothing was tagged.`;
  printText(invocation, `${formatFindings(findings, directory)}\n\n${end}`);
  return 1;
}
