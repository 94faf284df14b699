// Homes whose caches are full, made once for all cases that want them.

import type { Bench } from '../bench-case.ts';
import type { Home } from '../workspace.ts';

const clutchHomes = new WeakMap<Bench, Promise<Home>>();
const uvHomes = new WeakMap<Bench, Promise<Home>>();

/** Has built the workload, and started in an empty buildout and in a full one, so that Node's compile cache is full too. */
export function warmClutch(bench: Bench): Promise<Home> {
  return once(clutchHomes, bench, async () => {
    const { contestants, workspace } = bench;
    const home = workspace.home('clutch-warm');
    for (const name of ['warming', 'warming-again']) {
      const directory = contestants.makeBuildout(name);
      for (const round of [1, 2]) {
        const command = contestants.clutch(directory, home, ['-c', 'eggs.cfg']);
        await bench.prepare(command, `${name}-${round}`);
      }
    }
    return home;
  });
}

export function warmUv(bench: Bench): Promise<Home> {
  return once(uvHomes, bench, async () => {
    const { contestants, workspace } = bench;
    const home = workspace.home('uv-warm');
    const venv = contestants.makeVenv('venv-warm', home);
    await bench.prepare(contestants.uvInstall(venv, home, ['-r', contestants.requirements]), 'warm-uv');
    return home;
  });
}

/** zc.buildout in `directory` until it has nothing left to do: it fetches its recipe's egg, and takes the rest over. */
export async function warmZcBuildout(
  bench: Bench,
  directory: string,
  args: readonly string[],
): Promise<Home> {
  const home = bench.workspace.home('zc-warm');
  for (const round of [1, 2]) {
    const command = bench.contestants.zcBuildout(directory, home, args);
    await bench.prepare(command, `warm-zc-${home.directory.slice(-12).replaceAll('/', '-')}-${round}`);
  }
  return home;
}

function once(homes: WeakMap<Bench, Promise<Home>>, bench: Bench, make: () => Promise<Home>): Promise<Home> {
  const known = homes.get(bench) ?? make();
  homes.set(bench, known);
  return known;
}
