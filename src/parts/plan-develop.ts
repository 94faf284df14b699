// Which develop eggs a run would make and take away. Those that are not there yet are counted as developed for the rest
// of the plan, with what their checkouts say about themselves.

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { hasCode } from '#base';
import { pythonJoin } from '#recipes';
import type { DryRun } from './dry-run.ts';
import { expandGlob } from './expand-glob.ts';
import { splitPaths, splitWords } from './installed-records.ts';
import { readCheckout } from './read-checkout.ts';
import type { PlannedDevelop } from './run-plan.ts';

export interface DevelopPlan {
  readonly develop: readonly PlannedDevelop[];
  readonly notKnown: readonly string[];
}

export async function planDevelop(dry: DryRun): Promise<DevelopPlan> {
  const { run, records } = dry;
  const { directory } = run.handle;
  const sources = splitWords((await run.main.get('develop')) ?? '')
    .map((pattern) => pythonJoin(directory, pattern))
    .flatMap((path) => (existsSync(path) ? [path] : expandGlob(path)))
    .map(realpath);
  const links = splitPaths(records.developEggs).map((path) => pythonJoin(directory, path));
  const developed = new Map(links.map((link) => [link, readTargets(link)]));
  const linked = new Set([...developed.values()].flat());
  const develop = sources.map((path): PlannedDevelop => ({
    path,
    action: linked.has(path) ? 'renew' : 'create',
  }));
  // An extension may develop what the option does not name.
  const hasExtensions = splitWords((await run.main.get('extensions')) ?? '').length > 0;
  const gone = hasExtensions
    ? []
    : [...developed].filter(
        ([, targets]) => targets.length > 0 && !targets.some((one) => sources.includes(one)),
      );
  const notKnown: string[] = [];
  for (const { path, action } of develop) {
    if (action === 'create') notKnown.push(...(await countAsDeveloped(path, dry)));
  }
  return {
    develop: [...develop, ...gone.map(([path]): PlannedDevelop => ({ path, action: 'delete' }))],
    notKnown,
  };
}

async function countAsDeveloped(path: string, { eggs }: DryRun): Promise<string[]> {
  const checkout = await readCheckout(path);
  if (checkout === undefined) return [`what the develop egg ${path} is: it has to be built first`];
  eggs.assumeDeveloped(checkout);
  return checkout.complete
    ? []
    : [`what the develop egg ${basename(path)} requires exactly: it is not built yet`];
}

/** The directories that an egg-link names. */
function readTargets(link: string): string[] {
  if (!link.endsWith('.egg-link')) return [];
  try {
    const [code = '', project = '.'] = readFileSync(link, 'utf8').split('\n');
    return code.trim() === '' ? [] : [code.trim(), resolve(code.trim(), project.trim())].map(realpath);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'EISDIR')) return [];
    throw error;
  }
}

function realpath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return path;
    throw error;
  }
}
