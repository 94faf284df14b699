// `npm run bench:repository`: the repository beside pypiserver, devpi and nginx, all on this machine over loopback, with
// 250 files of a real application and with 10,000 synthetic ones; clutch alone with 100,000. Needs wrk and nginx.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, machineSlug } from '../machine.ts';
import { countLines, fetchPlone, makeFiles, type FileSet } from './files.ts';
import { formatResult, type RepositoryResult, type ServerFigures, type SizeResult } from './format-result.ts';
import { installWithUv, measureFsyncs, measureUploads, readWithWrk } from './load.ts';
import { clutch, contestants, type Contestant, type Server } from './servers.ts';

const usage =
  'npm run bench:repository -- [--work DIR] [--sizes 250,10000,100000] [--only NAME,…] [--docs]\n';

const { values } = parseArgs({
  options: {
    work: { type: 'string' },
    sizes: { type: 'string', default: '250,10000,100000' },
    only: { type: 'string' },
    docs: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const uploadBytes = 15_000;
const uploadCount = 1000;
const uploadRounds = 6;
const installRuns = 5;
/** A server this slow is asked once. */
const slowSeconds = 20;

if (values.help) process.stdout.write(usage);
else await main();

async function main(): Promise<void> {
  const work = values.work ?? mkdtempSync(join(tmpdir(), 'clutch-bench-repository-'));
  mkdirSync(work, { recursive: true });
  const only = values.only?.split(',');
  const chosen = contestants.filter(({ name }) => only === undefined || only.includes(name));
  const sizes: SizeResult[] = [];
  for (const size of values.sizes.split(',').map(Number)) sizes.push(await measureSize(work, size, chosen));
  const result: RepositoryResult = {
    date: new Date().toISOString(),
    machine: describeMachine(work, 'python3'),
    clutch: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname })
      .toString()
      .trim(),
    sizes,
    uploads: await measureUploadRate(work),
  };
  const text = formatResult(result);
  process.stdout.write(`\n${text}`);
  const file = `repository-${result.date.slice(0, 10)}-${machineSlug(result.machine)}.json`;
  writeFileSync(
    join(import.meta.dirname, '../results', file),
    `${JSON.stringify(result, roundFigures, 1)}\n`,
  );
  if (values.docs) writeFileSync(join(import.meta.dirname, '../../docs/repository-performance.md'), text);
  if (values.work === undefined) rmSync(work, { recursive: true, force: true });
}

function roundFigures(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * 1e4) / 1e4 : value;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function measureSize(work: string, size: number, chosen: readonly Contestant[]): Promise<SizeResult> {
  const plone = size < 1000 ? fetchPlone(work) : undefined;
  const files = plone ?? makeFiles(work, size);
  const able = chosen.filter(({ mostFiles }) => files.count <= mostFiles);
  const servers: Record<string, ServerFigures> = {};
  for (const contestant of able) {
    say(`${files.count} files, ${contestant.name}`);
    const figures = await measureServer(contestant, files, work);
    servers[contestant.name] = figures;
  }
  const install = plone === undefined ? {} : await measureInstalls(able, plone, work);
  return { files: files.count, servers, ...install };
}

async function measureServer(contestant: Contestant, files: FileSet, work: string): Promise<ServerFigures> {
  const directory = directoryOf(work, contestant, files);
  // The first start makes what a start needs; the second one is measured.
  const first = await contestant.start(files, directory);
  await first.process.stop();
  const server = await contestant.start(files, directory);
  try {
    const page = await readWithWrk(server.page, server.process);
    const file = await readWithWrk(server.file, server.process);
    const root = await readWithWrk(server.root, server.process);
    const { startMilliseconds } = server.process;
    return { startMilliseconds, memory: server.process.memory(), root, page, file };
  } finally {
    await server.process.stop();
  }
}

function directoryOf(work: string, { name }: Contestant, files: FileSet): string {
  const directory = join(work, `${name.replaceAll(/\W+/g, '-')}-${files.count}`);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** In turn, so that what else the machine does hits all alike; the best counts, since it can only add. */
async function measureInstalls(
  able: readonly Contestant[],
  plone: FileSet & { requirements: string },
  work: string,
): Promise<Pick<SizeResult, 'install'>> {
  const started: { name: string; server: Server; seconds: number[] }[] = [];
  for (const contestant of able) {
    const server = await contestant.start(plone, directoryOf(work, contestant, plone));
    started.push({ name: contestant.name, server, seconds: [] });
  }
  try {
    for (let run = 0; run < installRuns; run += 1) {
      for (const { name, server, seconds } of started) {
        if ((seconds[0] ?? 0) > slowSeconds) continue;
        // What the last one wrote is on the disk, and does not slow this one.
        execFileSync('sync');
        const directory = mkdtempSync(join(work, 'install-'));
        seconds.push(await installWithUv(server.index, { requirements: plone.requirements, directory }));
        say(`uv install from ${name}: ${seconds.at(-1)?.toFixed(2)} s`);
        rmSync(directory, { recursive: true, force: true });
      }
    }
  } finally {
    for (const { server } of started) await server.process.stop();
  }
  const figures = Object.fromEntries(started.map(({ name, seconds }) => [name, Math.min(...seconds)]));
  return { install: { packages: countLines(plone.requirements), seconds: figures } };
}

/** Raw fsyncs between them, in the same directory. */
async function measureUploadRate(work: string): Promise<RepositoryResult['uploads']> {
  const contestant = contestants[0];
  if (contestant === undefined) throw new Error('no clutch');
  const files = makeFiles(work, 200);
  const directory = mkdtempSync(join(work, 'uploads-'));
  const server = await contestant.start(files, directory);
  try {
    const words = ['token', 'create', 'bench', '--action', 'upload', '--data', join(directory, 'data')];
    const token = execFileSync(clutch, words).toString().trim();
    const url = server.index.replace('/simple/', '/legacy/');
    await measureUploads(url, { token, count: 300, bytes: uploadBytes });
    const cpu = server.process.cpu();
    // The disk is another one every second, so both are measured in turn.
    const fsyncs = [measureFsyncs(directory, uploadBytes)];
    const uploads: number[] = [];
    for (let round = 0; round < uploadRounds; round += 1) {
      uploads.push(await measureUploads(url, { token, count: uploadCount, bytes: uploadBytes }));
      fsyncs.push(measureFsyncs(directory, uploadBytes));
    }
    const used = server.process.cpu() - cpu;
    return {
      perSecond: mean(uploads),
      cpu: used / (uploadCount * uploadRounds),
      fsyncsPerSecond: mean(fsyncs),
      bytes: uploadBytes,
    };
  } finally {
    await server.process.stop();
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
