// Extracts tar archives, plain or compressed, as a stream. Hard links become copies; symbolic links are made last.

import { createHash, type Hash } from 'node:crypto';
import { closeSync, copyFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { hashFile } from '#base';
import { createAdmission, defaultLimits, modeFor, pathInsideTree } from './extraction-policy.ts';
import type { Admission } from './extraction-policy.ts';
import { refuseArchive } from './refuse-archive.ts';
import { walkTar, type TarMember } from './walk-tar.ts';
import { createFile, makeDirectories, writeLink } from './write-member.ts';
import type { ExtractedFile, ExtractOptions } from './write-member.ts';

interface TarExtraction {
  archive: string;
  target: string;
  options: ExtractOptions;
  admission: Admission;
  /** How many of the admission's directories exist already. */
  directoriesMade: number;
  /** By path below the target. */
  written: Map<string, ExtractedFile>;
  /** Original path to path below the target, for hard links. */
  places: Map<string, string>;
  links: Map<string, string>;
}

/**
 * Extracts below `target` (made when missing; use a fresh directory) and returns the files written, in the order of the
 * archive. After a failure a part of the archive lies there.
 */
export async function extractTar(
  path: string,
  target: string,
  options: ExtractOptions = {},
): Promise<ExtractedFile[]> {
  const archive = basename(path);
  const limits = { ...defaultLimits, ...options.limits };
  const state: TarExtraction = {
    archive,
    target,
    options,
    admission: createAdmission(archive, { limits, repeatedNames: true }),
    directoriesMade: 0,
    written: new Map(),
    places: new Map(),
    links: new Map(),
  };
  makeDirectories(archive, target, []);
  await walkTar(path, { archive, limits }, (member) => extractMember(state, member));
  for (const [linkPath, text] of state.links) writeLink(archive, `${target}/${linkPath}`, text);
  return [...state.written.values()];
}

async function extractMember(state: TarExtraction, member: TarMember): Promise<void> {
  const { header, body, kind, path: from } = member;
  const place = state.options.rename === undefined || from === '' ? from : state.options.rename(from);
  if (place === undefined) return body.cancel();
  const path = state.admission.admit({ name: place === '' ? '.' : place, kind, size: header.size });
  const { directories } = state.admission;
  makeDirectories(state.archive, state.target, directories.slice(state.directoriesMade));
  state.directoriesMade = directories.length;
  state.places.set(from, path);
  const mode = modeFor(header.mode ?? 0);
  if (kind === 'file') return writeBody(state, { path, from, size: header.size, mode }, body);
  await body.cancel();
  if (kind === 'symlink') addLink(state, path, header.linkname ?? '');
  else if (kind === 'hardlink') copyHardLink(state, { path, from, size: 0, mode }, header.linkname ?? '');
}

async function writeBody(
  state: TarExtraction,
  file: ExtractedFile,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { archive, target, options } = state;
  const known = state.written.get(file.path);
  if (known !== undefined) return compareBody(state, known, body);
  if (state.links.has(file.path)) refuseArchive(archive, `\`${file.path}\` is a link and a file`);
  const hash = options.hash === true ? createHash('sha256') : undefined;
  const handle = createFile(archive, `${target}/${file.path}`, file.mode);
  try {
    for await (const chunk of body) {
      for (let done = 0; done < chunk.length;) done += writeSync(handle, chunk, done);
      hash?.update(chunk);
    }
  } finally {
    closeSync(handle);
  }
  state.written.set(file.path, withHash(file, hash));
}

function withHash(file: ExtractedFile, hash: Hash | undefined): ExtractedFile {
  return hash === undefined ? file : { ...file, sha256: hash.digest('hex') };
}

/** Some sdists name a file twice (old poetry, `tar -r`): fine when it is the same file. */
async function compareBody(
  state: TarExtraction,
  known: ExtractedFile,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk);
  if (hash.digest('hex') !== hashFile(`${state.target}/${known.path}`)) {
    refuseArchive(state.archive, `it has two different files named \`${known.path}\``);
  }
}

function addLink(state: TarExtraction, path: string, target: string): void {
  const text = state.options.links === 'anywhere' ? target : state.admission.admitLink(path, target);
  if (state.written.has(path) || (state.links.get(path) ?? text) !== text) {
    refuseArchive(state.archive, `the name \`${path}\` occurs twice`);
  }
  state.links.set(path, text);
}

function copyHardLink(state: TarExtraction, file: ExtractedFile, linkName: string): void {
  const { archive, target } = state;
  const original = state.written.get(state.places.get(pathInsideTree(archive, linkName)) ?? '');
  if (original === undefined) {
    refuseArchive(archive, `the link \`${file.path}\` points to \`${linkName}\`, which is no file before it`);
  }
  if (original.path === file.path) return;
  if (state.written.has(file.path) || state.links.has(file.path)) {
    refuseArchive(archive, `the name \`${file.path}\` occurs twice`);
  }
  copyFileSync(`${target}/${original.path}`, `${target}/${file.path}`);
  state.written.set(file.path, { ...original, path: file.path, from: file.from });
}
