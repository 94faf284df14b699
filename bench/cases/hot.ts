// Hot: an empty buildout, everything cached, and what comes out needs no cache; and the same with an eggs directory
// that buildouts share, into which nothing is copied.

import { runInTurn, type Bench, type BenchCase, type Entrant } from '../bench-case.ts';
import { warmClutch, warmUv, warmZcBuildout } from './warm.ts';

export const hot: BenchCase = {
  id: 'hot',
  async run(bench) {
    const { contestants } = bench;
    const home = await warmClutch(bench);
    const uvHome = await warmUv(bench);
    const uv = (name: string, more: readonly string[]): Entrant => ({
      name,
      prepare: () => {
        const venv = contestants.makeVenv('venv', uvHome);
        return contestants.uvInstall(venv, uvHome, ['-r', contestants.requirements, '--offline', ...more]);
      },
    });
    const programs = await runInTurn(bench, 'hot', [
      {
        name: 'clutch',
        prepare: () => contestants.clutch(contestants.makeBuildout('hot'), home, ['-c', 'eggs.cfg']),
      },
      uv('uv offline', []),
      uv('uv offline, compiling', ['--compile-bytecode']),
    ]);
    const goals = [{ peer: 'uv offline', ratio: 1 }];
    return [
      {
        id: 'hot',
        title: 'hot: empty buildout, all cached, self-contained',
        unit: 'seconds',
        programs,
        goals,
      },
    ];
  },
};

export const shared: BenchCase = {
  id: 'shared',
  async run(bench) {
    const { contestants } = bench;
    const home = await warmClutch(bench);
    const args = ['-N', '-c', 'eggs.cfg'];
    const into = (eggs: string): string[] => [`buildout:eggs-directory=${eggs}`, ...args];
    const ours = await fillShared(bench, home, into);
    const theirs = await fillShared(bench, home, into);
    const zcHome = await warmZcBuildout(bench, contestants.makeBuildout('takeover'), into(theirs));
    const programs = await runInTurn(bench, 'shared', [
      {
        name: 'clutch',
        prepare: () => contestants.clutch(contestants.makeBuildout('shared'), home, into(ours)),
      },
      {
        name: 'zc.buildout -N',
        prepare: () => contestants.zcBuildout(contestants.makeBuildout('shared'), zcHome, into(theirs)),
      },
    ]);
    const goals = [{ peer: 'zc.buildout -N', ratio: 0.15 }];
    return [{ id: 'shared', title: 'hot, shared eggs directory', unit: 'seconds', programs, goals }];
  },
};

async function fillShared(
  bench: Bench,
  home: Awaited<ReturnType<typeof warmClutch>>,
  into: (eggs: string) => string[],
): Promise<string> {
  const { contestants, workspace } = bench;
  const eggs = workspace.fresh('shared-eggs');
  const command = contestants.clutch(contestants.makeBuildout('filling'), home, into(eggs));
  await bench.prepare(command, `fill-${eggs.slice(-20).replaceAll('/', '-')}`);
  return eggs;
}
