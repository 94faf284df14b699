// `cache environment`: what of this machine decides whether an egg that was built elsewhere is used here.

import { readBuildEnvironment } from '#eggs';
import { canonicalJson, type Json } from '#store';
import { hashBytes } from '#base';
import type { Command } from '../command.ts';
import { parseWords, printJson, printText } from '../command-words.ts';
import { cacheSettings } from './open-cache.ts';

const usage = `\
Usage: buildout [options] [assignments] cache environment [--json]

Prints the build environment: the facts of this machine that are part of the key of everything built from source, and
their hash. Two machines that print the same hash share their builds. \`egg-cache-environment\` in [buildout] adds a name
of your own, for example the digest of the image that builds run in.
`;

export const cacheEnvironment: Command = {
  usage,
  run: async (invocation) => {
    const { values } = parseWords(invocation, { json: { type: 'boolean' } }, 0);
    const { python, environment } = await invocation.settings();
    const settings = await cacheSettings(invocation);
    const facts = await readBuildEnvironment(python, environment, settings.environment);
    const hash = hashBytes(canonicalJson(facts));
    if (values['json'] === true) printJson(invocation, { ...facts, hash });
    else {
      const lines = Object.entries(facts).flatMap(([name, value]) => linesOf(name, value));
      const all = [...lines, ['hash', hash] as const];
      printText(invocation, all.map(([name, value]) => `${name.padEnd(14)} ${value}`).join('\n'));
    }
    return 0;
  },
};

function linesOf(name: string, value: Json): (readonly [string, string])[] {
  if (typeof value === 'string') return [[name, value]];
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, inner]: [string, Json]) => linesOf(key, inner));
}
