// File names of wheels (PEP 427, PEP 491), read as `packaging.utils.parse_wheel_filename`, and how well a wheel
// suits an interpreter.

import { tryParseVersion } from './version.ts';

export interface WheelFilename {
  /** As in the file name. */
  project: string;
  version: string;
  build?: string;
  pythons: string[];
  abis: string[];
  platforms: string[];
}

/** The parts of a wheel's file name, or `undefined` where the name is not a wheel's. */
export function parseWheelFilename(name: string): WheelFilename | undefined {
  if (!name.endsWith('.whl')) return undefined;
  const parts = name.slice(0, -'.whl'.length).split('-');
  if (parts.length !== 5 && parts.length !== 6) return undefined;
  const [project = '', version = ''] = parts;
  const build = parts.length === 6 ? parts[2] : undefined;
  if (!/^[\p{L}\p{N}_.]+$/u.test(project) || project.includes('__')) return undefined;
  if (tryParseVersion(version) === undefined) return undefined;
  if (build !== undefined && !/^[0-9]/.test(build)) return undefined;
  const [pythons = [], abis = [], platforms = []] = parts
    .slice(-3)
    .map((tag) => tag.toLowerCase().split('.'));
  if ([...pythons, ...abis, ...platforms].includes('')) return undefined;
  if (!pythons.every((python) => /^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(python))) return undefined;
  return { project, version, ...(build !== undefined && { build }), pythons, abis, platforms };
}

/** More combinations than this are no honest wheel. */
const mostTags = 20_000;

/**
 * The place of the wheel's best tag among the supported ones: lower is better. `undefined`: it cannot be installed.
 * `tags` maps the texts of `supportedTags` to their place.
 */
export function wheelRank(file: WheelFilename, tags: ReadonlyMap<string, number>): number | undefined {
  const { pythons, abis, platforms } = file;
  if (pythons.length * abis.length * platforms.length > mostTags) return undefined;
  let best: number | undefined;
  for (const python of pythons) {
    for (const abi of abis) {
      for (const platform of platforms) {
        const rank = tags.get(`${python}-${abi}-${platform}`);
        if (rank !== undefined && (best === undefined || rank < best)) best = rank;
      }
    }
  }
  return best;
}
