// `why NAME`: who requires a distribution, as ways from an option of the configuration through what is installed. No
// recipe is run and no index is asked; where something is not installed, a way ends.

import { fileURLToPath } from 'node:url';
import { BuildError, type Where } from '#base';
import { nearestName, type Section } from '#config';
import type { Distribution } from '#eggs';
import { canonicalizeName, parseCoreMetadata, parseRequiresTxt } from '#standards';
import { collectAsked } from './asked-requirements.ts';
import type { BuildoutOptions } from './create-buildout.ts';
import { openDryRun, openParts, type DryRun } from './dry-run.ts';
import { locateRequirement } from './locate-requirement.ts';
import { walkRequirements, type Requirer, type Walk } from './walk-requirements.ts';

export interface RequirementExplanation {
  readonly name: string;
  /** `pinned`: nothing requires it, there is a pin. `unknown`: neither. */
  readonly status: 'required' | 'pinned' | 'unknown';
  /** One for each requirement on it, with the shortest way there. */
  readonly requirers: readonly Requirer[];
  readonly pin: { readonly version: string; readonly where: Where } | undefined;
  /** What is in use; undefined when it is not installed or not used. */
  readonly inUse: InstalledDistribution | undefined;
  /** Others that are installed. */
  readonly others: readonly InstalledDistribution[];
  /** Requirements on it that do not hold here: another platform, an extra that nobody asked for. */
  readonly elsewhere: readonly {
    readonly project: string;
    readonly version: string;
    readonly requirement: string;
  }[];
  /** A name that is known, when this one is not. */
  readonly nearest: string | undefined;
  /** Required, but not installed, so what they require is not known. */
  readonly missing: readonly string[];
  /** Parts that were not looked at, since a recipe that is not run sets an option they use. */
  readonly notKnown: readonly string[];
}

export interface InstalledDistribution {
  readonly version: string;
  readonly location: string;
  /** `outside`: in a Python's own site-packages or the like. */
  readonly kind: 'egg' | 'develop egg' | 'outside';
  /** The checkout of a develop egg, where its metadata says so. */
  readonly source?: string;
}

/** Looks at the configuration, `.installed.cfg`, the eggs directory and the develop eggs. */
export async function explainRequirement(
  options: BuildoutOptions,
  name: string,
): Promise<RequirementExplanation> {
  const dry = await openDryRun(options);
  const { parts, unopened } = await openParts(dry, []);
  const walk = await walkRequirements(dry.eggs, await collectAsked(dry, parts));
  const wanted = canonicalizeName(name);
  const requirers = walk.requirersOf(wanted);
  const used = walk.chosen.get(wanted);
  const pin = await findPin(dry, wanted);
  const status = requirers.length > 0 ? 'required' : pin === undefined ? 'unknown' : 'pinned';
  const inUse = requirers.length > 0 && used !== undefined ? describe(used, dry) : undefined;
  return {
    name: used?.project ?? name,
    status,
    requirers,
    pin,
    inUse,
    others: othersHere(dry, wanted, inUse),
    elsewhere: requirers.length > 0 ? [] : findElsewhere(walk, wanted),
    nearest: status === 'unknown' ? nearestName(name, await knownNames(dry, walk)) : undefined,
    missing: walk.missing,
    notKnown: [...unopened].map(
      ([part, option]) => `[${part}] uses \${${option}}, which a recipe that is not run sets`,
    ),
  };
}

async function openPins({ run }: DryRun): Promise<Section | undefined> {
  return run.versionsSection === '' ? undefined : run.handle.sections.open(run.versionsSection);
}

async function findPin(dry: DryRun, wanted: string): Promise<RequirementExplanation['pin']> {
  const pins = await openPins(dry);
  const option = pins?.keys().findLast((key) => canonicalizeName(key) === wanted);
  const version = option === undefined ? undefined : await pins?.get(option);
  if (option === undefined || version === undefined || version === '') return undefined;
  const place = { section: dry.run.versionsSection, option };
  return { version, where: locateRequirement(dry.run.configuration.annotated, place, version) };
}

async function knownNames(dry: DryRun, walk: Walk): Promise<string[]> {
  const projects = [...walk.chosen.values()].map(({ project }) => project);
  return [...projects, ...walk.missing, ...((await openPins(dry))?.keys() ?? [])];
}

function othersHere(
  dry: DryRun,
  wanted: string,
  inUse: InstalledDistribution | undefined,
): InstalledDistribution[] {
  return dry.eggs
    .here(wanted)
    .map((dist) => describe(dist, dry))
    .filter(({ location }) => location !== inUse?.location);
}

function describe(dist: Distribution, { eggs }: DryRun): InstalledDistribution {
  const { version, location, precedence } = dist;
  const isInEggsDirectory = location.startsWith(`${eggs.settings().eggsDirectory}/`);
  const kind = precedence === 'develop' ? 'develop egg' : isInEggsDirectory ? 'egg' : 'outside';
  const source = kind === 'develop egg' ? checkoutOf(dist) : undefined;
  return { version, location, kind, ...(source === undefined ? {} : { source }) };
}

/** An editable install says where it came from (PEP 610). */
function checkoutOf(dist: Distribution): string | undefined {
  const [, url] = /"url":\s*"(file:[^"]+)"/.exec(dist.metadata('direct_url.json') ?? '') ?? [];
  return url === undefined || !URL.canParse(url) ? undefined : fileURLToPath(url);
}

function findElsewhere(walk: Walk, wanted: string): RequirementExplanation['elsewhere'] {
  return [...walk.chosen.values()].flatMap((dist) => {
    const { project, version } = dist;
    return allRequirements(dist)
      .filter((line) => canonicalizeName(/^[\w.-]+/.exec(line)?.[0] ?? '') === wanted)
      .map((requirement) => ({ project, version, requirement }));
  });
}

/** Every line, whatever its marker. */
function allRequirements(dist: Distribution): readonly string[] {
  const text = dist.metadata('METADATA');
  if (text === undefined) return parseRequiresTxt(dist.metadata('requires.txt') ?? '');
  try {
    return parseCoreMetadata(text).requiresDist;
  } catch (error) {
    if (error instanceof BuildError) return [];
    throw error;
  }
}
