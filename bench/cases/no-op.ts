// A run with nothing to do: all pinned and installed. With the eggs alone, and with the parts of a real instance, whose
// recipes are Python.

import { runInTurn, type Bench, type BenchCase, type Entrant } from '../bench-case.ts';
import { warmClutch, warmUv, warmZcBuildout } from './warm.ts';

export const noOp: BenchCase = {
  id: 'no-op',
  async run(bench) {
    const { contestants } = bench;
    const uvHome = await warmUv(bench);
    const venv = contestants.makeVenv('venv', uvHome);
    const install = contestants.uvInstall(venv, uvHome, ['-r', contestants.requirements, '--offline']);
    await bench.prepare(install, 'no-op-uv');
    const uv: Entrant = { name: 'uv', prepare: () => install };
    const programs = await runInTurn(bench, 'no-op', [...(await buildouts(bench, 'eggs.cfg')), uv]);
    const goals = [{ peer: 'zc.buildout -N', ratio: 0.12 }];
    return [{ id: 'no-op', title: 'no-op, all pinned', unit: 'seconds', programs, goals }];
  },
};

export const recipeHost: BenchCase = {
  id: 'recipe-host',
  async run(bench) {
    const programs = await runInTurn(bench, 'recipe-host', await buildouts(bench, 'buildout.cfg'));
    const title = 'no-op with Python recipes (instance, zeoserver)';
    return [{ id: 'recipe-host', title, unit: 'seconds', programs, goals: [] }];
  },
};

/** Clutch in a buildout of its own; zc.buildout in one that it took over from clutch, which fills it in no time. */
async function buildouts(bench: Bench, file: string): Promise<Entrant[]> {
  const { contestants } = bench;
  const args = ['-c', file];
  const home = await warmClutch(bench);
  const [ours, theirs] = [contestants.makeBuildout('ours'), contestants.makeBuildout('theirs')];
  // The second run writes what it remembers for the third.
  for (const round of [1, 2])
    await bench.prepare(contestants.clutch(ours, home, args), `ours-${file}-${round}`);
  await bench.prepare(contestants.clutch(theirs, home, args), `theirs-${file}`);
  const zcHome = await warmZcBuildout(bench, theirs, ['-N', ...args]);
  return [
    { name: 'clutch', prepare: () => contestants.clutch(ours, home, args) },
    { name: 'zc.buildout -N', prepare: () => contestants.zcBuildout(theirs, zcHome, ['-N', ...args]) },
  ];
}
