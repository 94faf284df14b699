// `config`: the language of buildout.cfg as zc.buildout 6.0.1 reads it. From files, URLs and the command line to
// sections whose every value knows its file and line (`readConfiguration`), then to options that are evaluated when
// somebody asks (`createSections`). It follows zc.buildout's `configparser.py` and `buildout.py` to the letter, odd
// corners included: `a+=b` without a space in the first file that has it, a skipped first section, `$$`.
// It does no HTTP and runs no Python: both are handed in.

export {
  rawSections,
  ValueSource,
  type AnnotatedSection,
  type AnnotatedSections,
  type AnnotatedValue,
  type HistoryItem,
  type Operation,
} from './annotated.ts';
export type {
  Assignment,
  Condition,
  Configuration,
  ConfigurationFile,
  EvaluateCondition,
  PythonFacts,
  ReadConfigurationOptions,
} from './configuration.ts';
export { createConditionEvaluator } from './evaluate-condition.ts';
export { defaultOptions } from './default-options.ts';
export { readConfiguration } from './read-configuration.ts';
export { readMachineSettings, type MachineSection, type MachineSettings } from './read-machine-settings.ts';
export { formatAnnotated, type FormatAnnotatedOptions } from './format-annotated.ts';
export { parseConfigurationText } from './parse-configuration-text.ts';
export { createSections } from './create-sections.ts';
export type { Section, Sections, SectionsHooks } from './section-types.ts';
export { booleanOption, parseBoolean } from './boolean-option.ts';
export { formatSavedOption, unquoteSavedValue } from './saved-options.ts';
export { locateOption } from './locate-option.ts';
export { nearestName } from './nearest-name.ts';
export { formatUnusedOptions } from './format-unused-options.ts';
