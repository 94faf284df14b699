// Hot: an empty buildout, everything cached, and what comes out needs no cache; and the same with a directory that
// buildouts share, from which nothing is copied.

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
    const inRoot = (root: string): string[] => [`buildout:shared-part-list=${root}`, ...args];
    const inEggs = (eggs: string): string[] => [`buildout:eggs-directory=${eggs}`, ...args];
    // One run fills it; the buildouts that are measured are the second, the third and so on.
    const root = await fillShared(bench, home, inRoot);
    const ours = await fillShared(bench, home, inEggs);
    const theirs = await fillShared(bench, home, inEggs);
    const zcHome = await warmZcBuildout(bench, contestants.makeBuildout('takeover'), inEggs(theirs));
    const installed = contestants.makeBuildout('shared-no-op');
    for (const round of [1, 2]) {
      await bench.prepare(contestants.clutch(installed, home, inRoot(root)), `shared-no-op-${round}`);
    }
    const programs = await runInTurn(bench, 'shared', [
      {
        name: 'clutch',
        prepare: () => contestants.clutch(contestants.makeBuildout('shared'), home, inRoot(root)),
      },
      { name: 'clutch no-op', prepare: () => contestants.clutch(installed, home, inRoot(root)) },
      {
        name: 'clutch, common eggs directory',
        prepare: () => contestants.clutch(contestants.makeBuildout('shared'), home, inEggs(ours)),
      },
      {
        name: 'zc.buildout -N',
        prepare: () => contestants.zcBuildout(contestants.makeBuildout('shared'), zcHome, inEggs(theirs)),
      },
    ]);
    const goals = [
      { peer: 'zc.buildout -N', ratio: 0.15 },
      { peer: 'clutch no-op', plus: 0.06 },
    ];
    return [{ id: 'shared', title: 'hot, shared directory', unit: 'seconds', programs, goals }];
  },
};

async function fillShared(
  bench: Bench,
  home: Awaited<ReturnType<typeof warmClutch>>,
  into: (directory: string) => string[],
): Promise<string> {
  const { contestants, workspace } = bench;
  const directory = workspace.fresh('shared');
  const command = contestants.clutch(contestants.makeBuildout('filling'), home, into(directory));
  await bench.prepare(command, `fill-${directory.slice(-20).replaceAll('/', '-')}`);
  return directory;
}
