// Addresses of host names for who must not wait: the system's look-up cannot be ended once it has begun, and when no name
// server answers it takes ten seconds and more, for which even the end of the process waits.

import { lookup } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { hasCode } from '#base';

/**
 * A look-up by the system for which a name server has to answer first, whatever it says, within so many milliseconds; if
 * not, it fails with `EAI_AGAIN`, as the system does at last, and so does every further look-up of the name.
 */
export function createBoundedLookup(milliseconds: number): LookupFunction {
  const asked = new Map<string, Promise<boolean>>();
  return (host, options, callback) => {
    const answers = asked.get(host) ?? getsAnswer(host, milliseconds);
    asked.set(host, answers);
    void answers.then((isAnswered) => {
      if (isAnswered) lookup(host, options, callback);
      else
        callback(Object.assign(new Error(`no name server answers for ${host}`), { code: 'EAI_AGAIN' }), '');
    });
  };
}

/** Both kinds of address: some servers swallow questions for one of them. */
async function getsAnswer(host: string, milliseconds: number): Promise<boolean> {
  if (isNamedHere(host)) return true;
  const resolver = new Resolver({ timeout: milliseconds, tries: 1 });
  const timer = setTimeout(() => resolver.cancel(), milliseconds);
  const answers = [resolver.resolve4(host), resolver.resolve6(host)];
  const results = await Promise.allSettled(answers);
  clearTimeout(timer);
  return results.every((result) => result.status === 'fulfilled' || !isSilence(result.reason));
}

function isSilence(error: unknown): boolean {
  return error instanceof Error && hasCode(error, 'ECANCELLED', 'ETIMEOUT');
}

/** Such names the system knows without asking anybody. */
function isNamedHere(host: string): boolean {
  if (/(?:^|\.)localhost\.?$/i.test(host)) return true;
  try {
    const lines = readFileSync('/etc/hosts', 'utf8').split('\n');
    const names = lines.flatMap((line) => line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/).slice(1));
    return names.includes(host.toLowerCase());
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES')) return false;
    throw error;
  }
}
