// A made-up set of projects, one wheel each, the same at every call: a few small modules, and requirements that form a
// tree with two branches at each project, plus one that the tree has already, as real ones have.

import { createHash } from 'node:crypto';

import { createZip, memberOf } from '#archive';

export interface SyntheticProject {
  name: string;
  filename: string;
  wheel: Buffer;
  sha256: string;
}

const modules = 4;

/** The first one leads to all others. */
export function makeSyntheticProjects(count: number): SyntheticProject[] {
  return Array.from({ length: count }, (_, index) => makeProject(index, count));
}

function projectName(index: number): string {
  return `synthetic-${String(index).padStart(5, '0')}`;
}

function makeProject(index: number, count: number): SyntheticProject {
  const name = projectName(index);
  const folder = name.replaceAll('-', '_');
  const required = [2 * index + 1, 2 * index + 2, Math.floor(index / 3)].filter(
    (other) => other < count && other !== index,
  );
  const wheel = makeWheel(folder, metadataText(name, required.map(projectName)));
  const sha256 = createHash('sha256').update(wheel).digest('hex');
  return { name, filename: `${folder}-1.0-py3-none-any.whl`, wheel, sha256 };
}

function metadataText(name: string, required: readonly string[]): string {
  const requirements = required.map((other) => `Requires-Dist: ${other}\n`).join('');
  return `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n${requirements}\nMade by the benchmark.\n`;
}

function makeWheel(folder: string, metadata: string): Buffer {
  const information = `${folder}-1.0.dist-info`;
  const files: [path: string, text: string][] = [[`${folder}/__init__.py`, '']];
  for (let module = 0; module < modules; module += 1) {
    files.push([`${folder}/module_${module}.py`, moduleText(`${folder}.${module}`)]);
  }
  files.push(
    [`${information}/METADATA`, metadata],
    [
      `${information}/WHEEL`,
      'Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    ],
    [`${information}/top_level.txt`, `${folder}\n`],
  );
  const record = files.map(([path, text]) => recordLine(path, text)).join('');
  files.push([`${information}/RECORD`, `${record}${information}/RECORD,,\n`]);
  return createZip(
    files.map(([path, text]) => memberOf(path, text)),
    { keepOrder: true },
  );
}

function moduleText(name: string): string {
  const functions = Array.from(
    { length: 12 },
    (_, index) =>
      `\n\ndef answer_${index}(question):\n    """Answers."""\n    return [question, ${index}, '${name}']\n`,
  );
  return `"""A module of the benchmark."""\n${functions.join('')}`;
}

function recordLine(path: string, text: string): string {
  const digest = createHash('sha256').update(text).digest('base64url');
  return `${path},sha256=${digest},${Buffer.byteLength(text)}\n`;
}
