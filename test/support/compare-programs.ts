// The same configuration through zc.buildout and clutch, each in a directory and home of its own: what both said and
// what both left on disk, in a form in which only real differences remain.

import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import { parseConfigurationText } from '#config';
import { finish, type RunResult, type Workspace } from './run-clutch.ts';

export interface Outcome {
  code: number | null;
  /** Standard output, then standard error. */
  console: string[];
  /** Every file and link by path: its text, or its target. */
  files: Record<string, string>;
}

export interface ProgramUnderTest {
  readonly name: string;
  run(workspace: Workspace): Promise<RunResult>;
}

/** Both programs for one Python; `cache` is shared by the runs of each. */
export function programsFor(
  python: string,
  cache: string,
): readonly [zcBuildout: ProgramUnderTest, clutch: ProgramUnderTest] {
  const shared = { PYTHONWARNINGS: 'ignore', GIT_CONFIG_GLOBAL: '/dev/null' };
  return [
    {
      name: 'zc.buildout',
      run: ({ directory, home }) =>
        finish(
          spawn(join(dirname(python), 'buildout'), [], {
            cwd: directory,
            env: {
              ...withoutDirections(),
              ...shared,
              // Else what a recipe prints comes after what its children print; clutch flushes.
              PYTHONUNBUFFERED: '1',
              HOME: home,
              PIP_CACHE_DIR: join(homedir(), '.cache', 'clutch-tests', 'pip'),
            },
          }),
        ),
    },
    {
      name: 'clutch',
      run: (workspace) =>
        workspace.run([], { environment: { ...shared, BUILDOUT_PYTHON: python, XDG_CACHE_HOME: cache } }),
    },
  ];
}

function withoutDirections(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && !/^(XDG_|BUILDOUT_|VIRTUAL_ENV|PYTHON)/.test(entry[0]),
    ),
  );
}

/** What a run said and left, without what the two programs may do differently. */
export async function describeOutcome(workspace: Workspace, result: RunResult): Promise<Outcome> {
  const clean = (text: string): string => hideMachine(text, workspace);
  const console = [...consoleLines(clean(result.stdout)), ...consoleLines(clean(result.stderr))];
  const files: Record<string, string> = {};
  for (const path of listPaths(workspace.directory)) {
    const text = describeFile(join(workspace.directory, path));
    files[clean(path)] = path.startsWith('eggs/') ? '' : cleanPathList(clean(text));
  }
  const installed = files['.installed.cfg'];
  if (installed !== undefined) files['.installed.cfg'] = await cleanRecord(installed);
  return { code: result.code, console, files };
}

/** zc.buildout's own environment is in its Python's site-packages, and in ours among the eggs. */
const own = 'zc[._-]buildout|zc[.-]recipe[.-]egg|setuptools|pip|wheel|packaging|platformdirs';
const ownFile = new RegExp(`(^eggs/v5|/dist)/(${own})-[^/]*\\.(egg|whl)$`);

function hideMachine(text: string, { directory, base, home }: Workspace): string {
  return text
    .replaceAll(directory, '<buildout>')
    .replaceAll(home, '<home>')
    .replaceAll(/'\/\S*\/bin\/buildout'/g, "'<program>'")
    .replaceAll(base, '<base>')
    .replaceAll(new RegExp(`^ *'(<buildout>/eggs/v5/(${own})-|/[^']*/site-packages')[^\\n]*\\n`, 'gm'), '')
    .replaceAll(/\/tmp\/[\w.-]*tmp\w+|\/tmp\/tmp\w+/g, '<tmp>')
    .replaceAll(/\b(?:[0-9a-f]{40}|[0-9a-f]{32})\b/g, '<hash>')
    .replaceAll(/\b(0x[0-9a-f]{8,}|\d+\.\d+ ?s)\b/g, '<number>');
}

const aboutOwnEgg = new RegExp(`While processing egg (${own})`);

function consoleLines(text: string): string[] {
  return text
    .replaceAll(new RegExp(`^Getting distribution for '(${own})\\b[^\\n]*\\n`, 'gm'), '')
    .replaceAll(new RegExp(`^Got (${own}) [^\\n]*\\n`, 'gm'), '')
    .split('\n')
    .filter((line) => line !== '' && !isNoise(line) && !aboutOwnEgg.test(line));
}

/** Lines that tell how an index was searched, what pip says, and what Python warns of. */
function isNoise(line: string): boolean {
  return /^root: |^(Looking in|Collecting|Processing|Building|Created|Installing (collected|build)|Successfully|Saved|Using cached|Preparing|Getting requirements|Obtaining|Checking if|Stored|Removed|WARNING: |DEPRECATION|\[notice\]|hint: )|^ {2,}(\[|Downloading|Preparing|Getting requirements|Installing build|Checking|Building|Created|Stored|Using cached|Running command|File was)|Warning: |^!!|\*{8}/.test(
    line,
  );
}

function listPaths(directory: string): string[] {
  const paths: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(directory, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (
        /__pycache__|\.dist-info\/(RECORD|direct_url\.json)$|\.pyc$|\.egg-info|\/\.git\//.test(path) ||
        ownFile.test(path)
      )
        continue;
      if (!entry.isDirectory() || path.startsWith('eggs/v5/')) paths.push(path);
      else visit(path);
      if (entry.isDirectory()) paths.push(`${path}/`);
    }
  };
  if (existsSync(directory)) visit('');
  return [...new Set(paths)].sort();
}

function describeFile(path: string): string {
  const status = lstatSync(path);
  const mode = (status.mode & 0o777).toString(8);
  if (status.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  if (status.isDirectory()) return `directory ${mode}`;
  const bytes = readFileSync(path);
  return bytes.includes(0) ? `binary ${mode}` : `${mode}\n${bytes.toString('utf8')}`;
}

/** A list of paths that a recipe made from a set: in no order, and with zc.buildout's own among the others. */
function cleanPathList(text: string): string {
  return text
    .replaceAll(
      /^PYTHONPATH="([^"\n]*)"/gm,
      (_line, paths: string) => `PYTHONPATH=${cleanPaths(paths.split(':'), ':')}`,
    )
    .replace(
      /^(\d+\n)((?:\/\S+|<buildout>\/eggs\/\S+)(?:\n(?:\/|<buildout>\/eggs\/)\S+)*\n?)$/,
      (_text, mode: string, paths: string) => mode + cleanPaths(paths.split('\n'), '\n'),
    );
}

function cleanPaths(paths: readonly string[], separator: string): string {
  const ownPath = new RegExp(`/v5/(${own})-|/site-packages$`);
  return paths
    .filter((path) => !ownPath.test(path))
    .sort()
    .join(separator);
}

/**
 * `.installed.cfg` as its readers understand it. A signature names the distributions of the recipe's working set,
 * those of zc.buildout's environment by a hash.
 */
async function cleanRecord(text: string): Promise<string> {
  const sections = await parseConfigurationText(text.slice(text.indexOf('\n') + 1), '.installed.cfg');
  // zc.buildout appends to the record, so sections of parts that are gone stay until it is written anew.
  const parts = new Set(['buildout', ...(sections.get('buildout')?.get('parts') ?? '').split(/\s+/)]);
  const shown = Object.fromEntries(
    [...sections]
      .filter(([name]) => parts.has(name))
      .map(([name, options]) => [name, Object.fromEntries(options)]),
  );
  const ownName = new RegExp(`^(${own})-`);
  for (const options of Object.values(shown)) {
    const words = options['__buildout_signature__']?.split(/\s+/) ?? [];
    if (words.length > 0)
      options['__buildout_signature__'] = words.filter((word) => !ownName.test(word)).join(' ');
  }
  return JSON.stringify(shown, undefined, 1);
}
