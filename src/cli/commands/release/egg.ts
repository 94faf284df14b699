// `release egg`: checks, builds, tags and publishes projects.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { readInstallerSettings } from '#parts';
import { keepFiles, prepareEgg, type EggRelease, type EggRequest } from '#release';
import { findRepository, inspectFiles, publishFiles } from '#repository';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printText, usageError } from '../command-words.ts';
import { reportFiles } from '../repository/publish.ts';
import { repositoryHelp, repositoryOption, withClient } from '../repository/with-client.ts';
import { countOf, formatFindings, readAllowed } from './format-findings.ts';

const usage = `\
Usage: buildout [options] [assignments] release egg DIR... [--yes] [-o DIR] [--tag-format FORMAT] [-m MESSAGE]
                                            [--push REMOTE] [--no-publish] [--allow CODE]... [--repository URL]

Releases the projects in these directories: checks that each checkout is committed, builds its source archive and,
from that, its wheel through the project's own build back end, and checks what was built: a version that is no
development version, a tag that is free, files that a repository takes. Then it says what would be tagged and published; with --yes it tags, leaves
the files in DIR/dist, and publishes them. Nothing is tagged or published while any project has a finding. A release
that was interrupted goes on when it is run again.

  --yes                  do it
  -o, --output DIR       where the files go (default: dist in each project)
  --tag-format FORMAT    with {version} and {name} (default: {version})
  -m, --message MESSAGE  the text of the tag (default: Release NAME VERSION)
  --push REMOTE          send the tag to this remote (git, hg)
  --no-publish           stop before publishing
  --allow CODE           accept findings of this kind (repeatable)
${repositoryHelp}`;

const options = {
  ...repositoryOption,
  yes: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  'tag-format': { type: 'string', default: '{version}' },
  message: { type: 'string', short: 'm' },
  push: { type: 'string' },
  'no-publish': { type: 'boolean' },
  allow: { type: 'string', multiple: true },
} as const;

type Values = ReturnType<typeof parseWords>['values'];

export const releaseEgg: Command = {
  usage,
  run: async (invocation) => {
    const { values, lists, names } = parseWords(invocation, options, Number.POSITIVE_INFINITY);
    if (names.length === 0) throw usageError('release egg needs the directory of a project');
    const { cwd, environment } = invocation.context;
    const publishes = values['no-publish'] !== true;
    // Before anything is built or tagged.
    if (values['yes'] === true && publishes) findRepository(textOf(values['repository']), environment);
    const workDirectory = mkdtempSync(join(tmpdir(), 'clutch-egg-'));
    process.once('exit', () => rmSync(workDirectory, { recursive: true, force: true }));
    const requests = names.map((name, position) => ({
      directory: resolve(cwd, name),
      workDirectory: join(workDirectory, String(position)),
      tagFormat: textOf(values['tag-format']) ?? '',
      allowed: readAllowed(lists['allow'] ?? []),
    }));
    const eggs = await prepareAll(invocation, requests);
    if (!(await isFree(invocation, eggs, publishes))) return 1;
    if (values['yes'] === true) return releaseAll(invocation, eggs, values);
    for (const egg of eggs) printText(invocation, describePlan(egg, publishes));
    printText(invocation, 'Nothing was tagged or published: give --yes to do it.');
    return 0;
  },
};

/** Whether nothing stands against it; says what does. */
async function isFree(
  invocation: Invocation,
  eggs: readonly EggRelease[],
  publishes: boolean,
): Promise<boolean> {
  const findings = eggs.flatMap((egg) => egg.findings);
  if (findings.length > 0) {
    const end = `${countOf(findings.length, 'finding')}. Nothing was tagged or published.`;
    printText(invocation, `${formatFindings(findings, invocation.context.cwd)}\n\n${end}`);
    return false;
  }
  const inspected = publishes ? await inspectFiles(eggs.flatMap(({ files }) => files)) : [];
  if (inspected.every(({ failure }) => failure === undefined)) return true;
  reportFiles(invocation, inspected, 'would be taken');
  printText(invocation, 'Nothing was tagged or published.');
  return false;
}

async function prepareAll(invocation: Invocation, requests: readonly EggRequest[]): Promise<EggRelease[]> {
  const settings = await readInstallerSettings(await invocation.settings());
  const eggs: EggRelease[] = [];
  for (const request of requests) eggs.push(await prepareEgg(request, settings));
  return eggs;
}

function describePlan(
  { name, version, tag, isTagged, files, checkout }: EggRelease,
  publishes: boolean,
): string {
  const tagging = isTagged ? `is tagged ${tag} already` : `would be tagged ${tag} (${checkout.kind})`;
  const names = files.map((file) => basename(file)).join(', ');
  return `${name} ${version}: built ${names}; ${tagging}${publishes ? ' and published' : ''}`;
}

/** Tags first: what is published can then be found, and a tag is easier to take back than a file. */
async function releaseAll(
  invocation: Invocation,
  eggs: readonly EggRelease[],
  values: Values,
): Promise<number> {
  for (const egg of eggs) await tagEgg(invocation, egg, values);
  const output = textOf(values['output']);
  const { cwd } = invocation.context;
  const files = eggs.flatMap((egg) =>
    keepFiles(egg.files, output === undefined ? join(egg.directory, 'dist') : resolve(cwd, output)),
  );
  for (const file of files) printText(invocation, `Built ${file}`);
  return values['no-publish'] === true ? 0 : publish(invocation, files, values);
}

async function tagEgg(invocation: Invocation, egg: EggRelease, values: Values): Promise<void> {
  const { name, version, tag, isTagged, checkout } = egg;
  // Two projects of one checkout may share a tag.
  if (isTagged || (await checkout.tags()).includes(tag)) {
    printText(invocation, `${name} ${version} is tagged ${tag} already.`);
  } else {
    await checkout.createTag(tag, textOf(values['message']) ?? `Release ${name} ${version}`);
    printText(invocation, `Tagged ${name} ${version} as ${tag}.`);
  }
  const remote = textOf(values['push']);
  if (remote === undefined || checkout.pushTag === undefined) return;
  await checkout.pushTag(tag, remote);
  printText(invocation, `Sent ${tag} to ${remote}.`);
}

/** As the command `publish`. */
async function publish(invocation: Invocation, files: readonly string[], values: Values): Promise<number> {
  const { report } = invocation.context;
  const published = await withClient(invocation, values['repository'], (client) =>
    publishFiles(client, files, { replace: false, report }),
  );
  return reportFiles(invocation, published, 'was not sent');
}

function textOf(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
