// `name==dev`: the checkout that a find-links page links to (`#egg=name-dev`), built as an ordinary egg, as setuptools
// did. The egg remembers where it comes from (PEP 610), so that the next run builds again only when the branch has moved.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError, pythonRepr, type Where } from '#base';
import { checkOut, parseCheckoutLink, readRemoteRevision, type CheckoutLink } from '#build';
import {
  canonicalizeName,
  formatRequirement,
  parseRequirement,
  parseSpecifierSet,
  type Requirement,
} from '#standards';

import type { EggRun } from './egg-run.ts';
import type { Distribution, InstallOptions } from './eggs-contract.ts';
import { prepareDestination, supplyOptions } from './installation.ts';
import { buildEgg } from './make-egg.ts';
import { placesOf } from './source-request.ts';

/** What is asked for, with each `dev` replaced by the version that its checkout turned out to have. */
export interface SettledRequest {
  specs: readonly string[];
  options: InstallOptions;
}

/**
 * Obtains every checkout that `specs` or the pins ask for. `looks`: nothing is checked out or built; what is not here
 * stays unsettled, any version will do. Fails with `MISSING_CHECKOUT` when no page has a link.
 */
export async function obtainCheckouts(
  run: EggRun,
  { specs, options }: SettledRequest,
  looks = false,
): Promise<SettledRequest> {
  const pins = options.pins ?? run.settings.pins;
  const pinned = [...pins].filter(([, version]) => /^(?:==\s*)?dev$/.test(version.trim()));
  if (pinned.length === 0 && !specs.some((spec) => /={2,3}\s*dev\b/.test(spec))) return { specs, options };
  const settle = async (project: string, isPin: boolean): Promise<string | undefined> =>
    looks ? findHere(run, options, project)?.version : obtain(run, options, { project, isPin });
  const original = new Map<string, string>();
  const settledSpecs: string[] = [];
  for (const spec of specs) {
    const requirement = parseRequirement(spec);
    const settled = isDevelopment(requirement)
      ? withVersion(requirement, await settle(requirement.name, false))
      : spec;
    original.set(settled, spec);
    settledSpecs.push(settled);
  }
  const settledPins = new Map(pins);
  for (const [name] of pinned) {
    const version = await settle(name, true);
    if (version !== undefined) settledPins.set(name, version);
  }
  const whereOf = (spec: string): Where | undefined => options.whereOf?.(original.get(spec) ?? spec);
  return { specs: settledSpecs, options: { ...options, pins: settledPins, whereOf } };
}

function isDevelopment({ specifiers }: Requirement): boolean {
  const [first, second] = specifiers.specifiers;
  return second === undefined && first?.operator === '===' && first.version === 'dev';
}

function withVersion(requirement: Requirement, version: string | undefined): string {
  return formatRequirement({
    ...requirement,
    specifiers: parseSpecifierSet(version === undefined ? '' : `==${version}`),
  });
}

interface Wanted {
  project: string;
  /** A pin for a project that no page has a checkout of is left alone: perhaps nobody requires it. */
  isPin: boolean;
}

const obtained = new WeakMap<EggRun, Map<string, Promise<string | undefined>>>();

/** Once in a run for each project and place. */
async function obtain(run: EggRun, options: InstallOptions, wanted: Wanted): Promise<string | undefined> {
  const known = obtained.get(run) ?? new Map<string, Promise<string | undefined>>();
  obtained.set(run, known);
  const destination = prepareDestination(run, options);
  const key = `${canonicalizeName(wanted.project)} ${destination} ${JSON.stringify(placesOf(run, options).links)}`;
  let version = known.get(key);
  if (version === undefined) known.set(key, (version = obtainOnce(run, options, { ...wanted, destination })));
  return version;
}

async function obtainOnce(
  run: EggRun,
  options: InstallOptions,
  { project, isPin, destination }: Wanted & { destination: string | undefined },
): Promise<string | undefined> {
  const { settings } = run;
  const here = findHere(run, options, project);
  const isNewest = destination !== undefined && (options.newest ?? settings.newest);
  if (here !== undefined && !isNewest) return here.version;
  const places = placesOf(run, options);
  const [text] = await run.index(places).checkouts(project);
  const link = text === undefined ? undefined : parseCheckoutLink(text);
  if (link === undefined) {
    if (here !== undefined) return here.version;
    if (isPin) return undefined;
    throw noCheckout(project, text);
  }
  if (destination === undefined) throw cannotCheckOut(project);
  const context = { environment: settings.environment, signal: settings.signal };
  if (here !== undefined && isSameLink(here.origin, link)) {
    const revision = await readRemoteRevision(link, context);
    if (revision === here.origin.vcs_info.commit_id) return here.version;
  }
  settings.report({
    type: 'log',
    level: 'info',
    text: `Getting a checkout for ${pythonRepr(`${project}==dev`)}.`,
  });
  const directory = join(run.workshop.workDirectory(), 'checkout');
  const revision = await checkOut(link, directory, context);
  const egg = await buildEgg(
    { kind: 'sdist', filename: project, project },
    { path: join(directory, link.subdirectory ?? '.'), sha256: '' },
    { ...supplyOptions(run, places, options.pins ?? settings.pins), directUrl: directUrlOf(link, revision) },
  );
  if (canonicalizeName(egg.facts.project) !== canonicalizeName(project))
    throw otherProject(project, egg.facts.project);
  const target = join(destination, egg.facts.eggName);
  rmSync(target, { recursive: true, force: true });
  run.workshop.place(egg, { path: target }, `Getting distribution for ${pythonRepr(`${project}==dev`)}.`);
  await run.workshop.settle();
  settings.report({ type: 'log', level: 'info', text: `Got ${egg.facts.project} ${egg.facts.version}.` });
  return egg.facts.version;
}

/** `direct_url.json` of PEP 610. */
interface DirectUrl {
  url: string;
  vcs_info: { vcs: string; requested_revision?: string; commit_id: string };
  subdirectory?: string;
}

function directUrlOf({ vcs, url, reference, subdirectory }: CheckoutLink, revision: string): string {
  const direct: DirectUrl = {
    url,
    vcs_info: { vcs, ...(reference !== undefined && { requested_revision: reference }), commit_id: revision },
    ...(subdirectory !== undefined && { subdirectory }),
  };
  return JSON.stringify(direct);
}

function isSameLink({ url, vcs_info, subdirectory }: DirectUrl, link: CheckoutLink): boolean {
  return (
    url === link.url &&
    vcs_info.vcs === link.vcs &&
    vcs_info.requested_revision === link.reference &&
    subdirectory === link.subdirectory
  );
}

/** The egg that an earlier run built of a checkout. */
function findHere(
  run: EggRun,
  options: InstallOptions,
  project: string,
): { version: string; origin: DirectUrl } | undefined {
  const directory = run.eggsDirectory(options.destination ?? run.settings.eggsDirectory);
  directory.refresh();
  for (const dist of directory.find(canonicalizeName(project))) {
    const origin = readOrigin(dist);
    if (origin !== undefined) return { version: dist.version, origin };
  }
  return undefined;
}

function readOrigin(dist: Distribution): DirectUrl | undefined {
  const text = dist.metadata('direct_url.json');
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<DirectUrl>;
    return typeof value.url === 'string' && typeof value.vcs_info?.commit_id === 'string'
      ? (value as DirectUrl)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function noCheckout(project: string, text: string | undefined): BuildError {
  const problem =
    text === undefined
      ? `No find-links page has a checkout of ${project}`
      : `The link to a checkout of ${project} can't be followed: ${text.replaceAll(/:\/\/[^/@\s]*@/g, '://****@')}`;
  return new BuildError('MISSING_CHECKOUT', problem, {
    hint: `\`${project}==dev\` needs a link such as git+https://host/${project}.git@main#egg=${project}-dev in find-links`,
  });
}

function cannotCheckOut(project: string): BuildError {
  return new BuildError('MISSING_CHECKOUT', `${project}==dev is not here, and nothing may be fetched`, {
    hint: 'run without `-o`, or require a released version',
  });
}

function otherProject(project: string, actual: string): BuildError {
  return new BuildError('MISSING_CHECKOUT', `The checkout of ${project} is the project ${actual}`, {
    hint: 'correct the name in the link (#egg=…-dev)',
  });
}
