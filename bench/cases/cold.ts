// Cold: nothing is cached, neither files nor eggs nor what programs remember of Python; the run ends when the last
// `.pyc` is on disk. And the memory of such a run, in runs of its own.

import { runInTurn, type Bench, type BenchCase, type Entrant } from '../bench-case.ts';

export const cold: BenchCase = {
  id: 'cold',
  async run(bench) {
    const entrants = [clutchCold(bench), uvCold(bench, ['--compile-bytecode']), uvCold(bench, [])];
    if (bench.options.slow) entrants.push(zcBuildoutCold(bench));
    const programs = await runInTurn(bench, 'cold', entrants);
    const title = 'cold: nothing cached, byte-compiled';
    return [{ id: 'cold', title, unit: 'seconds', programs, goals: [{ peer: 'uv, compiling', ratio: 1 }] }];
  },
};

export const memory: BenchCase = {
  id: 'memory',
  async run(bench) {
    const entrants = [clutchCold(bench), uvCold(bench, ['--compile-bytecode'])];
    const sampled = entrants.map((entrant): Entrant => ({ ...entrant, withMemory: true }));
    const programs = await runInTurn(bench, 'memory', sampled);
    const title = 'peak memory of a cold run';
    return [{ id: 'memory', title, unit: 'MB', programs, goals: [{ limit: 400 }] }];
  },
};

function clutchCold({ contestants, workspace }: Bench): Entrant {
  return {
    name: 'clutch',
    prepare: () =>
      contestants.clutch(contestants.makeBuildout('cold'), workspace.home('clutch'), ['-c', 'eggs.cfg']),
  };
}

function uvCold({ contestants, workspace }: Bench, more: readonly string[]): Entrant {
  return {
    name: more.length === 0 ? 'uv' : 'uv, compiling',
    prepare: () => {
      const home = workspace.home('uv');
      const venv = contestants.makeVenv('venv', home);
      return contestants.uvInstall(venv, home, ['-r', contestants.requirements, ...more]);
    },
  };
}

function zcBuildoutCold({ contestants, workspace }: Bench): Entrant {
  return {
    name: 'zc.buildout',
    runs: 1,
    prepare: () =>
      contestants.zcBuildout(contestants.makeBuildout('cold'), workspace.home('zc'), ['-c', 'eggs.cfg']),
  };
}
