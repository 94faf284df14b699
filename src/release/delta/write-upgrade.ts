// The upgrade as one file: a Python program with its data in a zip, a first line that starts it, and at its very end the
// SHA-256 of everything before it. The same input gives the same bytes.

import { readFileSync } from 'node:fs';
import { createZip, memberOf, type NewMember } from '#archive';
import { hashBytes } from '#base';
import { pythonSourceFile } from '#python';
import type { CompressedStreams } from './compress-streams.ts';

/** The modules of python/clutch_release that an upgrade imports. */
const modules = [
  'build',
  'commands',
  'console',
  'delta',
  'failures',
  'files',
  'fit',
  'generations',
  'identity',
  'journal',
  'layout',
  'options',
  'patch',
  'processes',
  'program',
  'rollback',
  'state',
  'switch',
  'tree',
  'upgrade',
  'verify',
] as const;

const digestLength = 64;

/** The program's modules by name, without comments and docstrings: most of a small upgrade is its program. */
export function packProgram(): Buffer {
  const sources = modules.map((name) => [name, withoutRemarks(moduleText(name))]);
  return Buffer.from(JSON.stringify(Object.fromEntries(sources)));
}

/** The bytes of `NAME-OLD-NEW.pyz`. */
export function formatUpgrade({ content, properties }: CompressedStreams): Buffer {
  const members: NewMember[] = [
    memberOf('__main__.py', withoutRemarks(readFileSync(pythonSourceFile('upgrade_main.py'), 'utf8'))),
    memberOf('streams.json', JSON.stringify(properties)),
    ...[...content].map(([name, bytes]) => memberOf(name, bytes)),
  ];
  const zip = createZip(members, { keepOrder: true });
  // The last field of a zip is the length of its comment, which is the digest.
  zip.writeUInt16LE(digestLength, zip.length - 2);
  const whole = Buffer.concat([Buffer.from('#!/usr/bin/env python3\n'), zip]);
  return Buffer.concat([whole, Buffer.from(hashBytes(whole))]);
}

function moduleText(name: string): string {
  return readFileSync(pythonSourceFile(`clutch_release/${name}.py`), 'utf8');
}

/** In our own code docstrings and comments have lines of their own; line numbers are kept for nobody. */
function withoutRemarks(source: string): string {
  return source
    .replaceAll(/^ *"""[^]*?"""\n/gm, '')
    .replaceAll(/^ *#.*\n/gm, '')
    .replaceAll(/\n{2,}/g, '\n');
}
