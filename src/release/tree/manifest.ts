// manifest.json, the description of a release that is signed and that travels with it: what it is called, what it
// needs of the target, and the hash of every unit. Its bytes are fixed by its values, so that a delta can carry the new
// manifest without the hashes that the target knows, and the signature still fits.

import { BuildError } from '#base';
import { rootHash, type Tree } from './tree.ts';

export interface ReleaseManifest {
  format: typeof manifestFormat;
  name: string;
  version: string;
  /** The root hash of the tree. */
  root: string;
  /** The directory for which the release was built, absolute; releases lie below it. Absent: anywhere. */
  prefix?: string;
  /** The interpreter that the release's scripts start; absent when nothing in the tree needs Python. */
  python?: PythonNeed;
  /** `linux-x86_64`, as `sysconfig.get_platform()` says; absent when the tree runs anywhere. */
  platform?: string;
  /** Shared libraries outside the tree that its programs load. */
  libraries?: readonly NeededLibrary[];
  /**
   * Directories below the prefix, outside the releases, that the application writes to, relative: made when missing,
   * and nothing in them is ever touched. Parents come first.
   */
  state?: readonly string[];
  /** In the order of `comparePaths`. */
  units: readonly ManifestUnit[];
}

export interface PythonNeed {
  /** `cpython`, as `sys.implementation.name` says. */
  implementation: string;
  /** `3.11` */
  version: string;
  /** Absolute path. */
  executable: string;
}

export interface NeededLibrary {
  soname: string;
  /** Versions that symbols of it must have: `GLIBC_2.34`. */
  versions?: readonly string[];
  /** Directories searched before the system's, absolute. */
  runPaths?: readonly string[];
  /** One file of the tree that needs it, for messages. */
  neededBy?: string;
}

export interface ManifestUnit {
  path: string;
  hash: string;
}

export const manifestFormat = 1;

/** Everything of a manifest that the tree does not say. */
export type ReleaseFacts = Omit<ReleaseManifest, 'format' | 'root' | 'units'>;

/** The manifest of a tree. */
export function createManifest(facts: ReleaseFacts, tree: Tree): ReleaseManifest {
  const { name, version, prefix, python, platform, libraries, state } = facts;
  return {
    format: manifestFormat,
    name,
    version,
    root: tree.root,
    ...(prefix === undefined ? {} : { prefix }),
    ...(python === undefined ? {} : { python }),
    ...(platform === undefined ? {} : { platform }),
    ...(libraries === undefined ? {} : { libraries }),
    ...(state === undefined ? {} : { state }),
    units: tree.units.map(({ path, hash }) => ({ path, hash })),
  };
}

/** The bytes of manifest.json; Python's `json.dumps(manifest, indent=1, ensure_ascii=False)` and a newline. */
export function formatManifest(manifest: ReleaseManifest): string {
  return `${JSON.stringify(manifest, null, 1)}\n`;
}

const isHash = /^[0-9a-f]{64}$/;

/** The manifest in `text`, from `file`; fails with RELEASE_BAD_MANIFEST when it is not one or its root hash is wrong. */
export function parseManifest(text: string, file: string): ReleaseManifest {
  const manifest = parseJson(text, file);
  if (manifest.format !== manifestFormat) {
    throw badManifest(
      file,
      `it has format ${JSON.stringify(manifest.format)}; this clutch reads ${manifestFormat}`,
    );
  }
  for (const key of ['name', 'version', 'root'] as const) {
    if (typeof manifest[key] !== 'string') throw badManifest(file, `it has no \`${key}\``);
  }
  const { units } = manifest;
  if (!Array.isArray(units) || !units.every(isUnit))
    throw badManifest(file, 'its `units` are not a list of units');
  if (rootHash(units) !== manifest.root) throw badManifest(file, 'its units do not give its root hash');
  return manifest as ReleaseManifest;
}

function isUnit(unit: Partial<ManifestUnit> | null): boolean {
  return typeof unit?.path === 'string' && typeof unit.hash === 'string' && isHash.test(unit.hash);
}

function parseJson(text: string, file: string): Partial<ReleaseManifest> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badManifest(file, 'it is no JSON object');
}

function badManifest(file: string, problem: string): BuildError {
  return new BuildError('RELEASE_BAD_MANIFEST', `\`${file}\` is no manifest of a release: ${problem}`, {
    hint: 'was it made by a newer clutch, or changed by hand?',
    where: { file },
  });
}
