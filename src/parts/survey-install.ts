// What a fresh installation takes, for releases: every distribution with its file, who asks for it, and the options of
// every part, as far as that can be told without running a recipe that is not built in. Nothing is written; what the
// eggs directory has already does not count.

import { BuildError, type Where } from '#base';
import { ValueSource, type AnnotatedSections, type Configuration } from '#config';
import type { Distribution, EggArrival } from '#eggs';
import { findBuiltIn, pythonJoin, splitRecipe, standIns } from '#recipes';
import { collectAsked, type AskedRequirement } from './asked-requirements.ts';
import type { BuildoutOptions } from './create-buildout.ts';
import { openDryRun, openParts, type DryRun } from './dry-run.ts';
import { splitWords } from './installed-records.ts';
import { locateRequirement } from './locate-requirement.ts';
import { planDevelop } from './plan-develop.ts';
import { previewParts, toFailure } from './preview-parts.ts';
import type { PlannedDevelop, PlannedFailure } from './run-plan.ts';

export interface InstallSurvey {
  /** `${buildout:directory}`. */
  readonly directory: string;
  /** `[buildout]` with references replaced. */
  readonly main: Readonly<Record<string, string>>;
  readonly parts: readonly SurveyedPart[];
  /** What has to be obtained: eggs, recipes, extensions and what they require. */
  readonly arrivals: readonly EggArrival[];
  /** Everything in use: arrivals and develop eggs. */
  readonly dists: readonly Distribution[];
  readonly asked: readonly AskedRequirement[];
  /** Versions chosen without a pin, by name. */
  readonly picked: ReadonlyMap<string, string>;
  /** `[versions]` as in effect, with where each pin is written. */
  readonly pins: ReadonlyMap<string, { readonly text: string; readonly where: Where }>;
  readonly develop: readonly PlannedDevelop[];
  readonly failures: readonly PlannedFailure[];
  readonly notKnown: readonly string[];
}

export interface SurveyedPart {
  readonly name: string;
  readonly recipe: string;
  readonly isBuiltIn: boolean;
  /** With references replaced; those that a recipe sets are among them when it is built in. */
  readonly options: Readonly<Record<string, string>>;
}

/** Fails only when the configuration is wrong. */
export async function surveyInstall(options: BuildoutOptions): Promise<InstallSurvey> {
  const dry = await openDryRun({ ...options, configuration: withoutEggs(options.configuration) });
  const { develop, notKnown } = await planDevelop(dry);
  const { parts: names, unopened } = await openParts(dry, []);
  const previews = await previewParts(dry, names);
  const tools = await surveyTools(dry, names);
  const asked = await collectAsked(dry, names);
  const { run, eggs } = dry;
  return {
    directory: run.handle.directory,
    main: Object.fromEntries(await run.main.entries()),
    parts: await surveyParts(dry, names),
    arrivals: eggs.arrivals(),
    dists: [...previews.flatMap(({ preview }) => preview?.workingSet ?? []), ...tools.dists],
    asked,
    picked: new Map(eggs.picked().versions),
    pins: await surveyPins(dry),
    develop,
    failures: [...previews.flatMap(({ failure }) => failure ?? []), ...tools.failures],
    notKnown: [
      ...notKnown,
      ...[...unopened].map(([part, option]) => `part ${part}: it uses \${${option}}, which a recipe sets`),
    ],
  };
}

/** An eggs directory that is not there, so that every egg has to arrive. */
function withoutEggs(configuration: Configuration): Configuration {
  const annotated: AnnotatedSections = new Map(configuration.annotated);
  const value = pythonJoin(configuration.directory, '.clutch-release/eggs');
  const history = [{ operation: 'SET' as const, value, source: ValueSource.computed }];
  annotated.set(
    'buildout',
    new Map(annotated.get('buildout') ?? []).set('eggs-directory', { value, history }),
  );
  return { ...configuration, annotated };
}

/** The distributions of recipes and extensions. */
async function surveyTools(
  { run, eggs, notRun }: DryRun,
  parts: readonly string[],
): Promise<{ dists: Distribution[]; failures: PlannedFailure[] }> {
  const extensions = splitWords((await run.main.get('extensions')) ?? '');
  const wanted = [
    ...extensions.map((spec) => ({ part: 'buildout', spec })),
    ...parts.map((part) => ({ part, spec: notRun.get(part) ?? '' })),
  ].filter(({ spec }) => spec !== '' && !spec.startsWith('npm:'));
  const dists: Distribution[] = [];
  const failures: PlannedFailure[] = [];
  for (const { part, spec } of wanted) {
    try {
      const workingSet = await eggs.install([spec], { workingSet: standIns });
      dists.push(...workingSet.filter((dist) => !standIns.includes(dist)));
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      failures.push(toFailure(part, error));
    }
  }
  return { dists, failures };
}

async function surveyParts({ run }: DryRun, names: readonly string[]): Promise<SurveyedPart[]> {
  const parts: SurveyedPart[] = [];
  for (const name of names) {
    const section = await run.handle.sections.open(name);
    const recipe = await section.require('recipe');
    const options = Object.fromEntries(await section.entries());
    parts.push({ name, recipe, isBuiltIn: findBuiltIn(splitRecipe(recipe).spec) !== undefined, options });
  }
  return parts;
}

async function surveyPins({ run }: DryRun): Promise<InstallSurvey['pins']> {
  const { versionsSection, handle, configuration } = run;
  if (versionsSection === '') return new Map();
  const section = await handle.sections.open(versionsSection);
  const entries = await section.entries();
  return new Map(
    entries.map(([option, text]) => {
      const place = { section: versionsSection, option };
      return [option, { text, where: locateRequirement(configuration.annotated, place, text) }] as const;
    }),
  );
}
