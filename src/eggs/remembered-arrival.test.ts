// An empty buildout gets eggs of the egg cache by a remembered decision only while record, request and entry are what
// they were. A planted line in what is kept tells a repeated decision from a fresh one.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { describePython, findPython, type PythonDescription } from '#python';

import { buildSdistFile, buildWheel } from '../../test/support/build-distribution.ts';
import { startIndexServer, type IndexServer } from '../../test/support/index-server.ts';
import { openHttp } from '../../test/support/open-http.ts';
import { createEggInstaller, type EggSettings } from './index.ts';

let python: PythonDescription;
let root: string;
let server: IndexServer;
let counter = 0;

beforeAll(async () => {
  python = await describePython(await findPython(process.env));
});

beforeEach(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'clutch-arrivals-')));
  const files = join(root, 'files');
  mkdirSync(files);
  buildWheel(files, {
    name: 'app',
    version: '1',
    requires: ['needed'],
    entryPoints: '[console_scripts]\na = app:m\n',
  });
  buildWheel(files, { name: 'needed', version: '1' });
  buildWheel(files, { name: 'needed', version: '2' });
  await buildSdistFile(files, { name: 'source', version: '1', requires: ['needed'] });
  server = await startIndexServer({ directory: files });
});

afterEach(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

interface Outcome {
  workingSet: readonly unknown[];
  files: readonly string[];
  lines: readonly string[];
  isRepeated: boolean;
}

const pins = new Map([
  ['app', '1'],
  ['needed', '1'],
  ['source', '1'],
]);

/** Installs into an empty buildout. */
async function run(settings: Partial<EggSettings> = {}): Promise<Outcome> {
  plantLines();
  counter += 1;
  const buildout = join(root, `buildout-${counter}`);
  mkdirSync(join(buildout, 'develop-eggs'), { recursive: true });
  const lines: string[] = [];
  const report: EggSettings['report'] = (event) => {
    if (event.type === 'log' && event.level !== 'debug') lines.push(event.text);
  };
  const http = openHttp(report);
  const installer = createEggInstaller({
    eggsDirectory: join(buildout, 'eggs'),
    developEggsDirectory: join(buildout, 'develop-eggs'),
    findLinks: [],
    indexUrl: server.indexUrl,
    allowHosts: ['*'],
    newest: true,
    offline: false,
    pins,
    preferFinal: true,
    allowPicked: true,
    useDependencyLinks: true,
    installFromCache: false,
    allowUnknownExtras: false,
    remembersDecisions: true,
    eggCache: { directory: join(root, 'cache'), link: 'auto' },
    python,
    http: () => http,
    report,
    environment: process.env,
    ...settings,
  });
  const workingSet = installer.sortWorkingSet(await installer.install(['app', 'source']));
  await installer.settle();
  await http.close();
  return {
    workingSet: workingSet.map((dist) => [
      [dist.project, dist.version, dist.eggName, dist.precedence, dist.extras, dist.requires()],
      [dist.metadata('METADATA'), dist.metadata('entry_points.txt'), dist.metadata('top_level.txt')],
    ]),
    files: readdirSync(join(buildout, 'eggs'), { recursive: true }).map(String).sort(),
    lines: lines.filter((line) => line !== 'planted' && !line.startsWith('Downloading')),
    isRepeated: lines.includes('planted'),
  };
}

function plantLines(): void {
  const directory = join(root, 'cache', 'known');
  for (const name of existsSync(directory) ? readdirSync(directory) : []) {
    if (!name.startsWith('decision-')) continue;
    const decision = JSON.parse(readFileSync(join(directory, name), 'utf8')) as { events: unknown[] };
    decision.events = [...decision.events, { type: 'log', level: 'info', text: 'planted' }];
    writeFileSync(join(directory, name), JSON.stringify(decision));
  }
}

function below(directory: string, end: string): string[] {
  const base = join(root, 'cache', directory);
  return readdirSync(base, { recursive: true })
    .map((name) => join(base, String(name)))
    .filter((path) => path.endsWith(end));
}

test('gives an empty buildout the same eggs, lines and files, without asking an index', async () => {
  await run();
  const second = await run({ remembersDecisions: false });
  expect(await run()).toEqual(second);
  const requests = server.paths().length;
  expect(await run()).toEqual({ ...second, isRepeated: true });
  expect(server.paths()).toHaveLength(requests);
});

const changes: [string, () => Partial<EggSettings>][] = [
  ['a pin', () => ({ pins: new Map([...pins, ['needed', '2']]) })],
  ['a setting of the cache', () => ({ eggCache: { directory: join(root, 'cache'), link: 'copy' } })],
  ['find-links', () => ({ findLinks: [join(root, 'files')] })],
  ['a record', () => (rmSync(below('records', '.json')[0] ?? ''), {})],
  ['requests', () => (below('requests', '.json').forEach((path) => rmSync(path)), {})],
  ['an entry', () => (rmSync(below('eggs', 'manifest.json')[0] ?? ''), {})],
  [
    'a download cache',
    () => {
      mkdirSync(join(root, 'downloads'));
      return { downloadCache: join(root, 'downloads') };
    },
  ],
];

test.each(changes)('decides again after a change of %s', async (_, change) => {
  await run();
  await run();
  expect((await run()).isRepeated).toBe(true);
  const settings = change();
  const after = await run(settings);
  expect(after.isRepeated).toBe(false);
  expect({ ...after, lines: [] }).toEqual({
    ...(await run({ ...settings, remembersDecisions: false })),
    lines: [],
  });
});

test('makes an egg again that was edited in the cache', async () => {
  await run();
  const expected = await run();
  const [edited = ''] = below('eggs', 'needed.py');
  chmodSync(edited, 0o644);
  writeFileSync(edited, `${readFileSync(edited, 'utf8')}# edited\n`);
  const repaired = await run();
  expect({ ...repaired, lines: [] }).toEqual({ ...expected, isRepeated: true, lines: [] });
  expect(repaired.lines.join('\n')).toContain('needed.py of');
  const [again = ''] = below('eggs', 'needed.py');
  expect(readFileSync(again, 'utf8')).not.toContain('# edited');
});
