// Asks zc.buildout itself, in one process for all cases of a test (oracle.py).

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PythonFacts } from '#config';
import { referencePython } from '../../support/reference-python.ts';

/** A directory with a main file, read by both sides. */
export interface ReadCase {
  directory: string;
  file: string;
  home: string;
  userDefaults: boolean;
  /** section, option, value */
  assignments: [string, string, string][];
  /** URL to the path of a file. */
  remote: Record<string, string>;
}

export type Case = { parse: string } | { save: [string, string] } | { read: ReadCase };

/** What went wrong on the other side: Python's class, its text, the `While:` lines. */
export interface Failure {
  error: string;
  message: string;
  doing: string[];
}

type SectionPairs = [string, [string, string][]][];
export type ParseAnswer = Failure | { sections: SectionPairs };
export interface SaveAnswer {
  text: string;
  read: string;
}
export interface SectionAnswer {
  options: [string, string][];
  copy: Record<string, string>;
}
export interface Reading {
  annotate: string;
  raw: SectionPairs;
  sections: Record<string, Failure | SectionAnswer>;
  parts: string[];
}
export type ReadAnswer = Failure | Reading;

export interface Answers<A> extends PythonFacts {
  truths: Record<string, boolean>;
  executable: string;
  answers: A[];
}

/** What zc.buildout answers to each case, and what Python says of itself and of `expressions`. */
export async function askReference<A>(
  cases: readonly Case[],
  expressions: readonly string[] = [],
): Promise<Answers<A>> {
  const script = fileURLToPath(new URL('oracle.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(await referencePython(), [script], {
    input: JSON.stringify({ cases, expressions }),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`The oracle failed: ${stderr}`);
  return JSON.parse(stdout) as Answers<A>;
}
