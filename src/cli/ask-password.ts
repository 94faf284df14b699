// Asks for a password on the terminal, without showing it.

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { BuildError } from '#base';
import { writeWhole } from './standard-output.ts';

/**
 * What is typed in answer to `question`. Without a terminal it fails with `PASSWORD_NOT_ASKED`, naming the environment
 * variable `variable` as the way out.
 */
export async function askPassword(question: string, variable: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new BuildError('PASSWORD_NOT_ASKED', `${question}: there is no terminal to ask on`, {
      hint: `set ${variable}`,
    });
  }
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  writeWhole(2, `${question}: `);
  try {
    return await new Promise((resolve, reject) => {
      lines.once('SIGINT', () => reject(new BuildError('INTERRUPTED', 'Interrupted')));
      lines.once('close', () => reject(new BuildError('INTERRUPTED', 'No password was given')));
      lines.question('', resolve);
    });
  } finally {
    lines.removeAllListeners('close');
    lines.close();
    writeWhole(2, '\n');
  }
}
