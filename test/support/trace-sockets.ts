// Watches a run with strace, where the machine has it, for calls that reach out of the machine.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SocketTrace {
  /** To be put before the command. */
  prefix: string[];
  /** Every call that opened an internet socket; always empty where strace is missing. */
  internetCalls(): string[];
}

/** Without strace the run has no network instead, so that it fails if it needs one. */
export function traceSockets(directory: string): SocketTrace {
  const log = join(directory, 'sockets.log');
  if (spawnSync('strace', ['-V']).status !== 0) {
    return { prefix: ['unshare', '-Urn'], internetCalls: () => [] };
  }
  return {
    prefix: ['strace', '-f', '-qq', '-e', 'trace=socket', '-o', log],
    internetCalls: () => {
      const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
      return lines.filter((line) => /AF_INET6?\b/.test(line));
    },
  };
}
