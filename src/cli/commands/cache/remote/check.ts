// `cache remote check`: tries out what this machine may do with its remote cache.

import { loadRemoteCache, type RemoteCheck } from '#store';
import type { Command } from '../../command.ts';
import { parseWords, printJson, printText } from '../../command-words.ts';
import { remoteSettings } from '../remote-settings.ts';

const usage = `\
Usage: buildout cache remote check [--json]

Asks the remote cache for a small blob, and, when this machine may write, stores it there. Says how long the first answer
took, whether bodies are compressed, whose eggs are used here and which key signs what is built here. Ends with 1 when
something of that does not work.
`;

export const cacheRemoteCheck: Command = {
  usage,
  run: async (invocation) => {
    const { values } = parseWords(invocation, { json: { type: 'boolean' } }, 0);
    const settings = await remoteSettings(invocation);
    const { environment, report } = invocation.context;
    const check = await (await loadRemoteCache()).checkRemote({ settings, environment, report });
    if (values['json'] === true) printJson(invocation, check);
    else printText(invocation, format(check));
    return isFine(check) ? 0 : 1;
  },
};

function isFine({ answers, reads, writes, signs, trusted }: RemoteCheck): boolean {
  const isWritable = writes === undefined || writes === true;
  const hasKeys = trusted.length > 0 || (signs !== undefined && 'id' in signs);
  const isSigned = signs === undefined || 'id' in signs;
  return typeof answers === 'number' && reads === true && isWritable && hasKeys && isSigned;
}

function format(check: RemoteCheck): string {
  const { url, answers, reads, writes, zstd, trusted } = check;
  const lines = [
    ['cache', url],
    ['answers', typeof answers === 'number' ? `in ${answers} ms` : `no: ${answers}`],
    ['reading', reads === true ? 'yes' : typeof answers === 'number' ? `no: ${reads}` : 'no'],
    [
      'writing',
      writes === undefined ? 'not wanted here (`write = no`)' : writes === true ? 'yes' : `no: ${writes}`,
    ],
    ['compression', zstd ? 'zstd' : 'none'],
    ['eggs used of', trusted.length === 0 ? noTrust(check) : trusted.join(', ')],
    ['eggs signed by', formatSigner(check)],
  ];
  return lines.map(([name = '', text = '']) => `${name.padEnd(14)} ${text}`).join('\n');
}

function noTrust({ signs }: RemoteCheck): string {
  const isOwn = signs !== undefined && 'id' in signs;
  return isOwn ? 'its own key only' : 'nobody: `trusted-keys` in [remote-cache] is empty';
}

function formatSigner({ signs }: RemoteCheck): string {
  if (signs === undefined) return 'nobody: eggs are not stored from here';
  return 'problem' in signs ? `nobody: ${signs.problem}` : `${signs.id} (${signs.publicText})`;
}
