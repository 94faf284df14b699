// Follows what the configuration asks for through the distributions that are installed: breadth first, part by part,
// the first distribution chosen for a project stays. Unlike a resolution it goes on where something is missing.

import { BuildError } from '#base';
import type { Distribution, EggPreview } from '#eggs';
import { canonicalizeName, formatRequirement, parseRequirement, type Requirement } from '#standards';
import type { AskedRequirement } from './asked-requirements.ts';

/** One requirement on a distribution and how it comes about. */
export interface Requirer {
  /** As its author wrote it, with extras and marker. */
  readonly requirement: string;
  /** The distribution that has it; undefined when the configuration asks for it. */
  readonly by: { readonly project: string; readonly version: string } | undefined;
  /** From the option to the requirement, which is the last step's. */
  readonly chain: readonly ChainStep[];
  /** All parts that lead there; the chain begins in the first. */
  readonly parts: readonly string[];
}

export interface ChainStep {
  /** The distribution whose requirement this is; undefined in the first step, which is an option's. */
  readonly project?: string;
  readonly version?: string;
  readonly requirement: string;
  readonly part?: string;
  readonly option?: string;
  readonly file?: string;
  readonly line?: number;
}

export interface Walk {
  /** By canonical name. */
  readonly chosen: ReadonlyMap<string, Distribution>;
  /** Names that are required and not here. */
  readonly missing: readonly string[];
  requirersOf(name: string): Requirer[];
}

interface Edge {
  requirement: Requirement;
  asked?: AskedRequirement;
  from?: { dist: Distribution; cause: Edge };
}

export async function walkRequirements(eggs: EggPreview, asked: readonly AskedRequirement[]): Promise<Walk> {
  const chosen = new Map<string, Distribution | undefined>();
  const found = new Map<string, { edge: Edge; parts: Set<string> }[]>();
  const note = (name: string, edge: Edge, part: string): void => {
    const known = found.get(name) ?? [];
    found.set(name, known);
    const same = known.find((other) => isSame(other.edge, edge));
    if (same === undefined) known.push({ edge, parts: new Set([part]) });
    else same.parts.add(part);
  };
  for (const part of new Set(asked.map((one) => one.part))) {
    const seen = new Set<string>();
    const queue: Edge[] = asked
      .filter((one) => one.part === part)
      .map((one) => ({ requirement: one.requirement, asked: one }));
    for (const edge of queue) {
      const name = canonicalizeName(edge.requirement.name);
      note(name, edge, part);
      if (!chosen.has(name)) chosen.set(name, await tryChoose(eggs, edge.requirement));
      const dist = chosen.get(name);
      const key = `${name}[${[...edge.requirement.extras].sort().join(',')}]`;
      if (dist === undefined || seen.has(key)) continue;
      seen.add(key);
      for (const requirement of requirementsOf(dist, edge.requirement, eggs)) {
        queue.push({ requirement, from: { dist, cause: edge } });
      }
    }
  }
  const here = [...chosen].filter((entry): entry is [string, Distribution] => entry[1] !== undefined);
  return {
    chosen: new Map(here),
    missing: [...chosen]
      .filter(([name, dist]) => dist === undefined && name !== runner)
      .map(([name]) => name),
    requirersOf: (name) => (found.get(name) ?? []).map(({ edge, parts }) => toRequirer(edge, [...parts])),
  };
}

async function tryChoose(eggs: EggPreview, requirement: Requirement): Promise<Distribution | undefined> {
  try {
    return await eggs.choose(requirement);
  } catch (error) {
    // A pin that refuses the requirement: nothing can be in use for it.
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}

/** Python recipes see it; nothing has to be installed for that. */
const runner = 'zc-buildout';

const setuptools = parseRequirement('setuptools');

/** With setuptools for namespace packages of `pkg_resources`, as the resolver adds it. */
function requirementsOf(
  dist: Distribution,
  { extras }: Requirement,
  eggs: EggPreview,
): readonly Requirement[] {
  const known = extras.filter((extra) =>
    dist.extras.some((other) => canonicalizeName(other) === canonicalizeName(extra)),
  );
  const requires = dist.requires(known);
  return eggs.needsPkgResources(dist) ? [...requires, setuptools] : requires;
}

function isSame(a: Edge, b: Edge): boolean {
  return (
    a.from?.dist.location === b.from?.dist.location &&
    a.from?.dist.project === b.from?.dist.project &&
    a.asked === b.asked &&
    formatRequirement(a.requirement) === formatRequirement(b.requirement)
  );
}

function toRequirer(edge: Edge, parts: readonly string[]): Requirer {
  const chain: ChainStep[] = [];
  for (let step: Edge | undefined = edge; step !== undefined; step = step.from?.cause) {
    chain.unshift(toStep(step));
  }
  const by = edge.from && { project: edge.from.dist.project, version: edge.from.dist.version };
  return { requirement: formatRequirement(edge.requirement), by, chain, parts };
}

function toStep({ requirement, asked, from }: Edge): ChainStep {
  const text = formatRequirement(requirement);
  if (from !== undefined)
    return { project: from.dist.project, version: from.dist.version, requirement: text };
  const { file, line } = asked?.where ?? {};
  return {
    requirement: text,
    ...(asked === undefined ? {} : { part: asked.part, option: asked.option }),
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  };
}
