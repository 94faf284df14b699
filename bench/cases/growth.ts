// Growth: how the time per pin changes with the number of pins, on a synthetic index served from this machine, cold and
// hot. What costs more per pin with more pins is where a program does not grow.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { runInTurn, type Bench, type BenchCase, type CaseResult, type Entrant } from '../bench-case.ts';
import { makeSyntheticProjects } from '../growth/make-synthetic-projects.ts';
import { serveIndex } from '../growth/serve-index.ts';

export const growth: BenchCase = {
  id: 'growth',
  async run(bench) {
    const results: CaseResult[] = [];
    for (const pins of bench.options.pins) results.push(...(await runSize(bench, pins)));
    return results;
  },
};

async function runSize(bench: Bench, pins: number): Promise<CaseResult[]> {
  const projects = makeSyntheticProjects(pins);
  const server = await serveIndex(projects);
  try {
    const names = projects.map(({ name }) => name);
    const result = (state: 'cold' | 'hot', programs: CaseResult['programs']): CaseResult => ({
      id: `growth-${state}-${pins}`,
      title: `${pins} pins, ${state}`,
      unit: 'seconds',
      programs,
      goals: [],
      growth: { pins, state },
    });
    const coldRuns = await runInTurn(bench, `growth-cold-${pins}`, coldEntrants(bench, names, server.url));
    const hotRuns = await runInTurn(bench, `growth-hot-${pins}`, await hotEntrants(bench, names, server.url));
    return [result('cold', coldRuns), result('hot', hotRuns)];
  } finally {
    await server.close();
  }
}

function coldEntrants(bench: Bench, names: readonly string[], url: string): Entrant[] {
  const { contestants, workspace } = bench;
  return [
    {
      name: 'clutch',
      prepare: () => contestants.clutch(makeBuildout(bench, names, url), workspace.home('growth'), []),
    },
    {
      name: 'uv, compiling',
      prepare: () => {
        const home = workspace.home('growth');
        const venv = contestants.makeVenv('growth-venv', home);
        return contestants.uvInstall(venv, home, [...uvArguments(venv, names, url), '--compile-bytecode']);
      },
    },
  ];
}

async function hotEntrants(bench: Bench, names: readonly string[], url: string): Promise<Entrant[]> {
  const { contestants, workspace } = bench;
  const home = workspace.home('growth-warm');
  const uvHome = workspace.home('growth-warm');
  const ours = makeBuildout(bench, names, url);
  for (const round of [1, 2]) {
    await bench.prepare(contestants.clutch(ours, home, []), `growth-warm-${names.length}-${round}`);
  }
  const uvRun: Entrant['prepare'] = () => {
    const venv = contestants.makeVenv('growth-venv', uvHome);
    return contestants.uvInstall(venv, uvHome, uvArguments(venv, names, url));
  };
  await bench.prepare(uvRun(), `growth-warm-uv-${names.length}`);
  return [
    { name: 'clutch', prepare: () => contestants.clutch(makeBuildout(bench, names, url), home, []) },
    {
      name: 'uv offline',
      prepare: () => {
        const command = uvRun();
        return { ...command, argv: [...command.argv, '--offline'] };
      },
    },
  ];
}

function makeBuildout(bench: Bench, names: readonly string[], url: string): string {
  const directory = bench.workspace.fresh('growth');
  const pins = names.map((name) => `${name} = 1.0\n`).join('');
  const [first = ''] = names;
  writeFileSync(
    join(directory, 'buildout.cfg'),
    `[buildout]\nparts = all\nindex = ${url}\n\n[all]\nrecipe = zc.recipe.egg\neggs = ${first}\n\n[versions]\n${pins}`,
  );
  return directory;
}

function uvArguments(directory: string, names: readonly string[], url: string): string[] {
  const file = join(directory, 'requirements.txt');
  writeFileSync(file, names.map((name) => `${name}==1.0\n`).join(''));
  return ['-r', file, '--index-url', url];
}
