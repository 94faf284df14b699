// The upgrade as one file: a Python program with its data in a zip, a first line that starts it, and at its very end the
// SHA-256 of everything before it. The same input gives the same bytes.

import { readFileSync } from 'node:fs';
import { createZip, memberOf, type NewMember } from '#archive';
import { hashBytes } from '#base';
import { pythonSourceFile, runPython } from '#python';
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

/** The program's modules by name as JSON, without comments, docstrings and annotations; `python` is 3.9 or newer. */
export async function packProgram(python: string): Promise<Buffer> {
  const directory = pythonSourceFile('clutch_release');
  const words = ['-I', '-S', pythonSourceFile('pack_program.py'), directory, ...modules];
  const result = await runPython(python, words);
  if (result.code !== 0) throw new Error(result.stderr);
  return Buffer.from(result.stdout.trim());
}

/** The bytes of `NAME-OLD-NEW.pyz`. */
export function formatUpgrade({ content, properties }: CompressedStreams): Buffer {
  const names = [...content.keys()];
  const sizes = names.map((name) => content.get(name)?.length ?? 0);
  const index = names.map((name, at) => [name, [sizes[at], ...(properties[name] ?? [])]]);
  const members: NewMember[] = [
    memberOf('__main__.py', readFileSync(pythonSourceFile('upgrade_main.py'))),
    memberOf('index.json', JSON.stringify(Object.fromEntries(index))),
    memberOf('data', Buffer.concat([...content.values()])),
  ];
  const zip = createZip(members, { keepOrder: true });
  // The last field of a zip is the length of its comment, which is the digest.
  zip.writeUInt16LE(digestLength, zip.length - 2);
  const whole = Buffer.concat([Buffer.from('#!/usr/bin/env python3\n'), zip]);
  return Buffer.concat([whole, Buffer.from(hashBytes(whole))]);
}
