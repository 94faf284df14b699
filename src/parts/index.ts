// `parts`: one buildout from its configuration to its installed parts. `createBuildout` makes the settings,
// directories and services of a run (zc.buildout's Buildout.__init__ after the configuration is read); the object it
// returns has a method per command. A run decides first (`planParts`, plain data), then acts, and saves
// `.installed.cfg` after every part.
//
// Hard cases: opening a section runs recipes, which open other sections, so the order of parts is the order in which
// they were initialised; comparing a part's options marks them as used, which decides who is warned about; what is
// uninstalled is deleted only inside the buildout and never through a link.

export { readRemoteCacheSettings, type RemoteCacheSettings } from './remote-cache-settings.ts';
export { readTrustedOwners } from './shared-settings.ts';
export { createBuildout, type Buildout, type BuildoutOptions } from './create-buildout.ts';
export { explainRequirement, type RequirementExplanation } from './explain-requirement.ts';
export { planRun } from './plan-run.ts';
export type {
  OutsidePath,
  PartReason,
  PlannedDevelop,
  PlannedFailure,
  PlannedPart,
  PlannedScript,
  RunPlan,
  VersionChange,
} from './run-plan.ts';
export { hideLogins } from './hide-logins.ts';
export { surveyInstall, type InstallSurvey, type SurveyedPart } from './survey-install.ts';
export { readCacheSettings, readInstallerSettings, readMainOptions } from './cache-settings.ts';
export { initConfiguration } from './init-configuration.ts';
export { readInstalledRecords } from './installed-records.ts';
export { expandGlob } from './expand-glob.ts';
export { planParts, type PartPlan, type PartStep } from './plan-parts.ts';
