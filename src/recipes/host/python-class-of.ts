// Which of zc.buildout's exceptions an error of the core is to a recipe that catches it.

import { BuildError } from '#base';

const userError = 'zc.buildout.UserError';

/** The exception classes by the codes of the errors; any other BuildError is a UserError. */
const classesByCode: Readonly<Record<string, string>> = {
  CONFIG_MISSING_OPTION: 'zc.buildout.buildout.MissingOption',
  CONFIG_UNKNOWN_SECTION: 'zc.buildout.buildout.MissingSection',
  CONFIG_SECTION_EXISTS: 'builtins.KeyError',
  VERSION_CONFLICT: 'zc.buildout.easy_install.VersionConflict',
  MISSING_DISTRIBUTION: 'zc.buildout.easy_install.MissingDistribution',
  PIN_NOT_ALLOWED: 'zc.buildout.easy_install.IncompatibleConstraintError',
  INTERRUPTED: 'builtins.KeyboardInterrupt',
};

/** The names of Python classes to try, and the exception's `args` where recipes look at them. */
export function pythonClassOf(error: unknown): { classes: readonly string[]; args?: readonly string[] } {
  if (!(error instanceof BuildError)) return { classes: [] };
  const found = classesByCode[error.code];
  const classes = found === undefined ? [userError] : [found, userError];
  const { section, file } = error.where ?? {};
  // With a file, the section is the one that refers to the missing one.
  const isNamed = error.code === 'CONFIG_UNKNOWN_SECTION' && section !== undefined && file === undefined;
  return isNamed ? { classes, args: [section] } : { classes };
}
