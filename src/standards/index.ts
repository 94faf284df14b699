// `standards`: the Python packaging standards as pure functions. Versions and specifiers (PEP 440), requirements and
// markers (PEP 508), names (PEP 503), tags (PEP 425, 600, 656), file names of wheels, sdists and eggs, core metadata,
// and the files of an egg (requires.txt, entry_points.txt, RECORD). Where the PEPs leave room, PyPA's `packaging` 26
// decides; where it is about eggs, `pkg_resources` does. No file and no process is touched here.
//
// Hard cases: `satisfies` takes prereleases by default, as `version in requirement` of pkg_resources; a local version
// counts only where the specifier names one; `a-b-1.0.tar.gz` has more than one reading unless the project is known;
// everything read here may be hostile, so nothing backtracks and sizes are capped.

export {
  compareVersions,
  formatVersion,
  isPrerelease,
  parseVersion,
  tryParseVersion,
  type Version,
} from './version.ts';
export { forgivingVersion } from './forgiving-version.ts';
export {
  formatSpecifierSet,
  parseSpecifierSet,
  type Specifier,
  type SpecifierOperator,
  type SpecifierSet,
} from './specifier-set.ts';
export { satisfies } from './satisfies.ts';
export {
  formatRequirement,
  parseRequirement,
  parseRequirements,
  requirementLines,
  type Requirement,
} from './requirement.ts';
export {
  formatMarker,
  parseMarker,
  type Marker,
  type MarkerComparison,
  type MarkerOperand,
  type MarkerOperator,
} from './marker.ts';
export { evaluateMarker, type MarkerEnvironment } from './evaluate-marker.ts';
export {
  canonicalizeName,
  isNormalizedName,
  safeExtra,
  safeName,
  safeVersion,
  toFilename,
  underscoreName,
} from './names.ts';
export { parseWheelFilename, wheelRank, type WheelFilename } from './wheel-filename.ts';
export { parseSdistFilename, parseSdistStem, type SdistFilename } from './sdist-filename.ts';
export { formatEggFilename, parseEggFilename, type EggFilename } from './egg-filename.ts';
export { supportedTags, type PythonTagsInput } from './supported-tags.ts';
export { parseCoreMetadata, type CoreMetadata } from './core-metadata.ts';
export { formatRequiresTxt } from './format-requires-txt.ts';
export { parseRequiresTxt, requiresTxtExtras } from './requires-txt.ts';
export { parseEntryPoint, parseEntryPoints, type EntryPoint } from './entry-points.ts';
export { formatRecord, parseRecord, type RecordRow } from './record.ts';
