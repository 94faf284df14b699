// The `develop` option: editable installs of source directories, made anew in every run.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { hasCode, pythonRepr, whileDoing, type Report } from '#base';
import { pythonJoin } from '#recipes';
import { expandGlob } from './expand-glob.ts';
import { splitWords } from './installed-records.ts';
import { removePaths, type RemovalRules } from './remove-paths.ts';
import { log, type Run } from './run-state.ts';

/** Develops every directory that the option names; gives the new entries of the develop-eggs directory, one per line. */
export async function developSources(run: Run, rules: RemovalRules): Promise<string> {
  const develop = await run.main.get('develop');
  if (develop === undefined || develop === '') return '';
  const destination = await run.main.require('develop-eggs-directory');
  const before = new Set(readdirSync(destination));
  const createdSince = (): string[] => readdirSync(destination).filter((name) => !before.has(name));
  try {
    for (const pattern of splitWords(develop)) {
      for (const setup of findSources(pattern, run)) {
        log(run.handle.report, 'info', `Develop: ${pythonRepr(setup)}`);
        const activity = `Processing develop directory ${pythonRepr(setup)}.`;
        await whileDoing(activity, () => run.handle.eggs.develop(setup, destination));
      }
    }
  } catch (error) {
    warnOfUnexpected(destination, createdSince(), run.handle.report);
    removePaths(
      createdSince().map((name) => join(destination, name)),
      rules,
    );
    throw error;
  }
  warnOfUnexpected(destination, createdSince(), run.handle.report);
  return createdSince()
    .map((name) => pythonJoin(destination, name))
    .sort()
    .join('\n');
}

/** Source directories that the option names or that an egg-link in the develop-eggs directory points to. */
export async function listDevelopedDirectories(run: Run): Promise<string[]> {
  const named = splitWords((await run.main.get('develop')) ?? '')
    .flatMap((pattern) => expandGlob(pythonJoin(run.handle.directory, pattern)))
    .map((path) => (statSync(path).isDirectory() ? path : dirname(path)));
  return [...named, ...readEggLinks(await run.main.require('develop-eggs-directory'))];
}

function findSources(pattern: string, { handle }: Run): string[] {
  const path = pattern.includes('${') ? pattern : pythonJoin(handle.directory, pattern);
  const found = existsSync(path) ? [path] : expandGlob(path);
  if (found.length === 0) log(handle.report, 'warning', `Couldn't develop ${pythonRepr(path)} (not found)`);
  return found;
}

/** An egg-link names the directory of the code, and relative to it the directory of the project. */
function readEggLinks(directory: string): string[] {
  return listNames(directory)
    .filter((name) => name.endsWith('.egg-link'))
    .flatMap((name) => {
      const [code = '', project = '.'] = readFileSync(join(directory, name), 'utf8').split('\n');
      return code.trim() === '' ? [] : [code.trim(), resolve(code.trim(), project.trim())];
    });
}

function listNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

function warnOfUnexpected(directory: string, names: readonly string[], report: Report): void {
  for (const name of names) {
    if (name === '__pycache__' || isExpected(directory, name)) continue;
    log(report, 'warning', `Unexpected entry, ${pythonRepr(name)}, in develop-eggs directory.`);
  }
}

function isExpected(directory: string, name: string): boolean {
  const stat = statSync(join(directory, name), { throwIfNoEntry: false });
  if (stat?.isFile() === true) {
    return /\.(?:egg-link|pth)$/.test(name) || (name.startsWith('__editable__') && name.endsWith('.py'));
  }
  return stat?.isDirectory() === true && /\.(?:dist-info|egg-info|egg)$/.test(name);
}
