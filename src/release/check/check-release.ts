// `release check`: everything that stands against a release, found before anything is built. Nothing is written.

import { locateOption } from '#config';
import { surveyInstall, type BuildoutOptions } from '#parts';
import type { CheckContext } from './check-context.ts';
import { findCheckouts } from './find-checkouts.ts';
import { findDeveloped } from './find-developed.ts';
import { findDownloads } from './find-downloads.ts';
import { findOutsidePaths } from './find-outside-paths.ts';
import { findPasswords } from './find-passwords.ts';
import { findState } from './find-state.ts';
import { findVersions } from './find-versions.ts';
import type { Finding } from './finding.ts';

export interface CheckOptions {
  /** Directories below the buildout whose contents change, relative: a release keeps them elsewhere. */
  readonly state?: readonly string[];
  /** The tag that the release will get: it must not exist, and nothing has to be tagged yet. */
  readonly tag?: string;
}

export interface ReleaseCheck {
  readonly findings: readonly Finding[];
  /** What could not be looked at without installing. */
  readonly notKnown: readonly string[];
}

/** Fails only when the configuration cannot be evaluated. */
export async function checkRelease(
  options: BuildoutOptions,
  { state = [], tag }: CheckOptions = {},
): Promise<ReleaseCheck> {
  const survey = await surveyInstall(options);
  const { configuration, environment, report } = options;
  const context: CheckContext = { configuration, survey, environment, report };
  const findings = [
    ...findFailures(context),
    ...findDeveloped(context),
    ...findVersions(context),
    ...findPasswords(configuration),
    ...findOutsidePaths(context),
    ...findDownloads(context),
    ...findState(context, state),
    ...(await findCheckouts(context, tag)),
  ];
  return { findings: withoutDoubles(findings), notKnown: survey.notKnown };
}

function findFailures({ survey, configuration }: CheckContext): Finding[] {
  return survey.failures.map(({ part, message }) => {
    const option = part === 'buildout' ? 'extensions' : 'eggs';
    const { annotated } = configuration;
    const own = locateOption(annotated, { section: part, option });
    const where = own.file === undefined ? locateOption(annotated, { section: part, option: 'recipe' }) : own;
    return { code: 'cannot-install', message: `part \`${part}\`: ${message}`, where };
  });
}

function withoutDoubles(findings: readonly Finding[]): Finding[] {
  const known = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
  return [...known.values()];
}
