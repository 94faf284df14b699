// `cache keygen`: a pair of keys for a builder that stores eggs for others.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BuildError, hasCode, homeDirectory } from '#base';
import { loadRemoteCache } from '#store';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printText } from '../command-words.ts';

const usage = `\
Usage: buildout cache keygen [FILE]

Makes an Ed25519 key that a builder signs its eggs with. The private key goes to FILE (by default
\${XDG_CONFIG_HOME:-~/.config}/clutch/signing-key.pem), readable by its owner only; the public one is printed, and written
to FILE.pub. An existing file is never replaced.
`;

export const cacheKeygen: Command = {
  usage,
  run: async (invocation) => {
    const { names } = parseWords(invocation, {}, 1);
    const [name] = names;
    const file = name === undefined ? defaultFile(invocation) : resolve(invocation.context.cwd, name);
    const { generateSigningKey } = await loadRemoteCache();
    const { privatePem, publicText, id } = generateSigningKey();
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeNew(file, privatePem, 0o600);
    writeNew(`${file}.pub`, `${publicText}\n`, 0o644);
    printText(
      invocation,
      [
        `key id      ${id}`,
        `private key ${file}`,
        `public key  ${publicText}`,
        '',
        'On the builder, in /etc/clutch/clutch.cfg or ~/.config/clutch/clutch.cfg:',
        '  [remote-cache]',
        `  signing-key = ${file}`,
        '  write = yes',
        'On every machine that uses its eggs:',
        '  [remote-cache]',
        `  trusted-keys = ${publicText}`,
      ].join('\n'),
    );
    return 0;
  },
};

function defaultFile({ context }: Invocation): string {
  const { environment } = context;
  const base = environment['XDG_CONFIG_HOME'] || join(homeDirectory(environment), '.config');
  return join(base, 'clutch', 'signing-key.pem');
}

function writeNew(file: string, text: string, mode: number): void {
  try {
    writeFileSync(file, text, { mode, flag: 'wx' });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    throw new BuildError('REMOTE_KEY_EXISTS', `\`${file}\` is there already, and a key is never replaced`, {
      hint: 'name another file; a lost key makes everything that it signed worthless',
      where: { file },
    });
  }
}
