// `cache explain-miss`: why this buildout does not find an egg in the cache.

import { explainMiss, type MissExplanation } from '#eggs';
import type { Command } from '../command.ts';
import { parseWords, printJson, printText, wantedProject } from '../command-words.ts';
import { installerSettings } from './open-cache.ts';

const usage = `\
Usage: buildout [options] [assignments] cache explain-miss NAME [--json]

Compares each egg of the project in the cache with what this buildout would ask for: version and file, Python, build
environment, pins on what its build used, shared libraries, damage. Says what the remote cache answered when the last run
that used one asked for it. Opens no connection. Ends with 0 when one would be used.
`;

export const cacheExplainMiss: Command = {
  usage,
  run: async (invocation) => {
    const { values, names } = parseWords(invocation, { json: { type: 'boolean' } }, 1);
    const { project } = wantedProject(names, 'cache explain-miss');
    const explanation = await explainMiss(await installerSettings(invocation), project);
    if (values['json'] === true) printJson(invocation, explanation);
    else printText(invocation, format(explanation));
    return explanation.entries.some(({ differences }) => differences.length === 0) ? 0 : 1;
  },
};

/** Some projects have a wheel for each of forty Pythons. */
const mostNames = 4;

function format({ project, pin, installed, offered, entries, remote }: MissExplanation): string {
  const wanted = pin === undefined ? `${project} is not pinned here` : `${project} is pinned to ${pin} here`;
  const lines = [`${wanted}.`];
  for (const location of installed)
    lines.push(`${location} is there already: it is used, and the cache is not asked.`);
  const shown = offered.length > mostNames ? `${offered.length} files` : offered.join(', ');
  if (offered.length > 0) lines.push(`The index offered ${shown} when it was asked last.`);
  if (entries.length === 0) lines.push(`The egg cache has no ${project}.`);
  for (const { eggName, buildKey, differences } of entries) {
    const name = `${eggName} (${buildKey.slice(0, 12)})`;
    if (differences.length === 0) lines.push(`${name} would be used.`);
    else lines.push(`${name} is not used: it`, ...differences.map((difference) => `  ${difference}`));
  }
  for (const { url, time, file, outcome, detail } of remote) {
    const when = time.slice(0, 16).replace('T', ' ');
    lines.push(
      `The remote cache ${url} was asked for an egg of ${file} at ${when} UTC: ${outcome}, ${detail}.`,
    );
  }
  return lines.join('\n');
}
