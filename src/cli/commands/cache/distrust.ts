// `cache distrust`: what a key signed leaves the egg cache.

import { BuildError } from '#base';
import { readRemoteCacheSettings } from '#parts';
import { loadRemoteCache } from '#store';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printJson, printText, usageError } from '../command-words.ts';
import { openCache } from './open-cache.ts';

const usage = `\
Usage: buildout [options] [assignments] cache distrust KEY [--dry-run] [--json]

Takes every egg out of the egg cache that came from a remote cache signed by this key (its id, or the public key), and
every egg that was built with one of them since. Eggs that buildouts have stay: they are named, to be deleted there; the
next run places new ones. Take the key out of \`trusted-keys\` first: while it is trusted, this ends with 1.
`;

const options = { 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } } as const;

export const cacheDistrust: Command = {
  usage,
  run: async (invocation) => {
    const { values, names } = parseWords(invocation, options, 1);
    const { findDistrusted, parseTrustedKey } = await loadRemoteCache();
    const [name] = names;
    if (name === undefined) throw usageError('cache distrust needs the id of a key');
    const id = name.startsWith('ed25519:') ? parseTrustedKey(name).id : name.toLowerCase();
    if (!/^[0-9a-f]{16}$/.test(id)) throw usageError(`\`${name}\` is no key id: 16 hexadecimal digits`);
    const catalog = await openCache(invocation);
    const entries = catalog.entries().flatMap((entry) => (entry.egg === undefined ? [] : [entry]));
    const found = findDistrusted(entries, id);
    const dryRun = values['dry-run'] === true;
    for (const { entry } of found) if (!dryRun && !catalog.remove(entry.buildKey)) return 1;
    const eggs = found.map(({ entry, builtWith }) => ({ egg: entry.egg.manifest.eggName, builtWith }));
    const places = await placesThatTrust(invocation, id);
    if (values['json'] === true) printJson(invocation, { key: id, eggs, trustedBy: places, dryRun });
    else {
      for (const { egg, builtWith } of eggs)
        printText(invocation, builtWith === undefined ? egg : `${egg} (built with ${builtWith})`);
      printText(invocation, `${eggs.length} eggs ${dryRun ? 'would be removed' : 'removed'}.`);
      if (eggs.length > 0)
        printText(
          invocation,
          'Buildouts keep theirs: delete these from their eggs directories, and run buildout.',
        );
    }
    if (places.length === 0) return 0;
    throw stillTrusted(id, places);
  },
};

async function placesThatTrust({ context }: Invocation, id: string): Promise<string[]> {
  const settings = await readRemoteCacheSettings(context.environment);
  const { parseTrustedKey } = await loadRemoteCache();
  return (settings?.trustedKeys ?? [])
    .filter(({ text, where }) => parseTrustedKey(text, where).id === id)
    .map(({ where }) => where.file ?? where.option ?? '');
}

function stillTrusted(id: string, places: readonly string[]): BuildError {
  return new BuildError('REMOTE_KEY_TRUSTED', `The key ${id} is still trusted by ${places.join(', ')}`, {
    hint: 'take it out of `trusted-keys` there, or the next run may fetch its eggs again',
  });
}
