// Who brings a distribution into a release, and where that begins: an option with file and line.

import type { Where } from '#base';
import { formatRequirement, canonicalizeName } from '#standards';
import type { CheckContext } from './check-context.ts';

export interface Requirers {
  /** `required by app 1.0`; empty when the configuration asks for it itself. */
  describe(name: string): string;
  /** The option that asks for it, or for what requires it. */
  locate(name: string): Where;
}

interface Origin {
  where: Where;
  requiredBy?: string;
}

/** Breadth first, so that the shortest way to a distribution is the one that is told. */
export function createRequirers({ survey, configuration }: CheckContext): Requirers {
  const dists = new Map(survey.dists.map((dist) => [canonicalizeName(dist.project), dist]));
  const origins = new Map<string, Origin>();
  const queue = survey.asked.map(({ requirement, where }) => ({ requirement, origin: { where } as Origin }));
  for (const { requirement, origin } of queue) {
    const name = canonicalizeName(requirement.name);
    const key = `${name}[${requirement.extras.join(',')}]`;
    if (origins.has(key)) continue;
    origins.set(key, origin);
    if (!origins.has(name)) origins.set(name, origin);
    const dist = dists.get(name);
    if (dist === undefined) continue;
    const known = requirement.extras.filter((extra) => dist.extras.includes(extra));
    for (const next of dist.requires(known)) {
      const requiredBy = `required by ${dist.project} ${dist.version} as \`${formatRequirement(next)}\``;
      queue.push({ requirement: next, origin: { where: origin.where, requiredBy } });
    }
  }
  const fallback: Where = configuration.file === undefined ? {} : { file: configuration.file };
  return {
    describe: (name) => origins.get(name)?.requiredBy ?? '',
    locate: (name) => origins.get(name)?.where ?? fallback,
  };
}
