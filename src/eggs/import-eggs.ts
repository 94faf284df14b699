// `cache import`: eggs out of an eggs directory that zc.buildout filled. The file that each was made of is not known,
// so an egg is taken only when its own RECORD vouches for every file, and is filed by project, version and Python.

import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { BuildError, hasCode, tryReadText } from '#base';
import { formatRecord, parseEggFilename, parseRecord, tryParseVersion, type RecordRow } from '#standards';

import { describeEgg } from './describe-egg.ts';
import { importedKey, pythonKey } from './egg-request.ts';
import { createEggRun, type EggRun } from './egg-run.ts';
import type { EggSettings } from './eggs-contract.ts';

export interface ImportedEgg {
  name: string;
  outcome: 'imported' | 'present' | 'skipped';
  reason?: string;
}

/** Takes what can be taken from `directory`, which stays as it is. Fails when it cannot be read. */
export async function importEggs(settings: EggSettings, directory: string): Promise<readonly ImportedEgg[]> {
  const run = createEggRun({ ...settings });
  const names = listEggs(directory);
  const results: ImportedEgg[] = [];
  for (const name of names) results.push({ name, ...(await importEgg(run, directory, name)) });
  run.workshop.clean();
  return results;
}

function listEggs(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.egg'))
      .sort();
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) throw error;
    throw new BuildError('EGG_CACHE_NO_DIRECTORY', `There is no eggs directory \`${directory}\``, {
      cause: error,
    });
  }
}

async function importEgg(run: EggRun, directory: string, name: string): Promise<Omit<ImportedEgg, 'name'>> {
  const cache = run.cache();
  const { python } = run.settings;
  const parts = parseEggFilename(name);
  if (cache === undefined) return skip('there is no egg cache');
  if (parts === undefined || tryParseVersion(parts.version) === undefined)
    return skip('its name says no version');
  const isOurs = parts.python === python.minor && (parts.platform ?? python.platform) === python.platform;
  if (!isOurs) return skip(`it is for another Python than ${python.minor} on ${python.platform}`);
  const key = importedKey(parts, python);
  if (cache.find(key) !== undefined) return { outcome: 'present' };
  const checked = checkRecord(join(directory, name));
  if (typeof checked === 'string') return skip(checked);
  const target = join(run.workshop.workDirectory(), name);
  copyEgg(join(directory, name), target, checked);
  const { origin, ...facts } = describeEgg(target, name);
  const request = { kind: 'imported', python: pythonKey(python) };
  const described = { ...facts, request, origin: { ...(origin as object), imported: true } };
  const stored = await run.workshop.adopt({ directory: target }, described, [key]).finished();
  return stored === undefined ? skip('the egg cache cannot be written to') : { outcome: 'imported' };
}

function skip(reason: string): Omit<ImportedEgg, 'name'> {
  return { outcome: 'skipped', reason };
}

interface CheckedEgg {
  distInfo: string;
  /** What its files are, under the names that they have now. */
  rows: readonly RecordRow[];
}

/** Files that byte-compilers and installers add, and that an egg of ours does not have. */
const isLeftOut = (path: string): boolean =>
  /(^|\/)__pycache__(\/|$)|\/(RECORD|direct_url\.json)$/.test(path);

/** The rows of the egg's files, or why they are not to be trusted. */
function checkRecord(egg: string): CheckedEgg | string {
  if (!statSync(egg).isDirectory()) return 'it is a file';
  const names = readdirSync(egg, { recursive: true, withFileTypes: true });
  const odd = names.find((entry) => !entry.isFile() && !entry.isDirectory());
  if (odd !== undefined) return `${odd.name} is neither a file nor a directory`;
  const distInfo = readdirSync(egg).find((name) => name.endsWith('.dist-info'));
  const text = distInfo === undefined ? undefined : tryReadText(join(egg, distInfo, 'RECORD'), 'EACCES');
  if (distInfo === undefined || text === undefined) return 'it has no RECORD';
  // zc.buildout renames the directory and leaves the old name in RECORD.
  const rename = (path: string): string => path.replace(/^[^/]+\.dist-info\//, `${distInfo}/`);
  const recorded = new Map(parseRecord(text).map((row) => [rename(row.path), row]));
  const rows: RecordRow[] = [];
  for (const entry of names) {
    const path = join(entry.parentPath, entry.name).slice(egg.length + 1);
    if (!entry.isFile() || isLeftOut(path)) continue;
    const row = recorded.get(path);
    if (row?.hash === undefined) return `RECORD does not vouch for ${path}`;
    if (row.hash !== digestOf(join(egg, path), row.hash)) return `${path} is not what RECORD says`;
    rows.push({ ...row, path });
  }
  return { distInfo, rows };
}

function digestOf(path: string, recorded: string): string | undefined {
  const [algorithm = ''] = recorded.split('=', 1);
  if (!['sha256', 'sha384', 'sha512'].includes(algorithm)) return undefined;
  return `${algorithm}=${createHash(algorithm).update(readFileSync(path)).digest('base64url')}`;
}

/** The copy is laid out as ours are: no byte code yet, no trace of where it was installed from, a true RECORD. */
function copyEgg(source: string, target: string, { distInfo, rows }: CheckedEgg): void {
  cpSync(source, target, { recursive: true, filter: (path) => !isLeftOut(path.slice(source.length)) });
  const sorted = [...rows, { path: `${distInfo}/RECORD` }].sort((left, right) =>
    left.path < right.path ? -1 : 1,
  );
  const record = join(target, distInfo, 'RECORD');
  rmSync(record, { force: true });
  writeFileSync(record, formatRecord(sorted));
}
