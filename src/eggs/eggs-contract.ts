// The shapes other rooms see: a distribution on `sys.path`, the settings of a run, and what an installer does.

import type { Environment, Report, Where } from '#base';
import type { IndexSettings } from '#index';
import type { PythonDescription } from '#python';
import type { ResolvableDistribution } from '#resolver';
import type { RemoteCacheSettings, SharedParts, SharedUser } from '#store';

/** A distribution that a working set may hold: an egg, a develop egg, or one in a site-packages directory. */
export interface Distribution extends ResolvableDistribution {
  /** The name of its egg without a path (`zope.interface-5.0-py3.11.egg`); absent when it is no egg. */
  readonly eggName?: string;
  /** The names of the `.pth` files at its location, where they are known. */
  readonly pthFiles?: readonly string[];
  /** Its location is a link that has to be named itself, not what it leads to. */
  readonly isLink?: boolean;
  /** A metadata file (`entry_points.txt`, `top_level.txt`), read when asked for; `undefined` when it has none. */
  metadata(name: string): string | undefined;
  /** The names in a metadata directory (`scripts`), empty when there is none. */
  metadataNames(directory: string): readonly string[];
}

/** The distributions one script sees, in the order of `sys.path`. */
export type WorkingSet = readonly Distribution[];

export interface EggCacheSettings {
  directory: string;
  link: 'auto' | 'clone' | 'hardlink' | 'copy';
  /** `egg-cache-environment`: what an operator calls this kind of machine; part of every build's request. */
  environment?: string;
  /** `egg-cache-size`: what the cache is kept below. */
  limitBytes?: number;
}

/**
 * How a download cache is filled for a release: also with what only builds need, when an egg comes out of the egg
 * cache. Files are kept in the egg cache, so that the next release fetches nothing.
 */
export interface CollectSettings {
  /** Directories of distributions that may be used instead of fetching them. */
  directories: readonly string[];
  /** Download caches whose other files may be used, under the names that they have there. */
  caches: readonly string[];
  /** Where what recipes fetched is kept for the next release; empty: nowhere. */
  kept: string;
}

export interface SharedSettings {
  /** `shared-part-list`: roots in order of preference, absolute. */
  roots: readonly string[];
  /** `shared-eggs`: eggs are used from there, or placed in the eggs directory all the same. */
  eggs: 'use' | 'copy';
  /** Uids, besides this user's and root's, whose files are used. */
  trustedOwners: readonly number[];
}

export interface EggSettings {
  eggsDirectory: string;
  developEggsDirectory: string;
  findLinks: readonly string[];
  /** A URL or a directory. */
  indexUrl: string;
  allowHosts: readonly string[];
  newest: boolean;
  offline: boolean;
  /** `[versions]`; names as written. */
  pins: ReadonlyMap<string, string>;
  /** Where each pin is written, for hints. */
  pinOrigins?: ReadonlyMap<string, Where>;
  preferFinal: boolean;
  allowPicked: boolean;
  /** Remember who requires what (`show-picked-versions`). */
  storeRequiredBy?: boolean;
  useDependencyLinks: boolean;
  installFromCache: boolean;
  /** `${buildout:download-cache}`: files are kept in its `dist` directory. */
  downloadCache?: string;
  /** The download cache gets all that installing needs from nothing, for a release. */
  collects?: CollectSettings;
  eggCache?: EggCacheSettings;
  /** What the machine says about a cache that it shares with others; asked when something is fetched or built. */
  remoteCache?: (() => Promise<RemoteCacheSettings | undefined>) | undefined;
  /** Directories that this buildout shares with others. */
  shared?: SharedSettings;
  allowUnknownExtras: boolean;
  /** `develop` builds an ordinary egg: a release must not need the checkout. */
  developsAsEggs?: boolean;
  python: PythonDescription;
  http: IndexSettings['http'];
  report: Report;
  environment: Environment;
  /** Decisions are kept for the next run, which repeats them without debug lines. */
  remembersDecisions?: boolean;
  /** Ends builds and all they started. */
  signal?: AbortSignal | undefined;
  /** pip's index, for build requirements that the configured places do not have. */
  buildIndexUrl?: string;
}

export interface InstallOptions {
  /** Where eggs are put; `null`: nothing may be installed. Default: the eggs directory, `null` when offline. */
  destination?: string | null;
  /** More entries of `sys.path` to look at. Default: the develop-eggs directory; offline, the eggs directory too. */
  path?: readonly string[];
  links?: readonly string[];
  index?: string;
  newest?: boolean;
  pins?: ReadonlyMap<string, string>;
  allowHosts?: readonly string[];
  checkPicked?: boolean;
  allowUnknownExtras?: boolean;
  useDependencyLinks?: boolean;
  /** Distributions that are active already; the result holds them too, and conflicts with them are overruled. */
  workingSet?: readonly Distribution[];
  /** `false`: what is obtained lies in the eggs directory, also where eggs are shared. */
  shares?: boolean;
  /** Where a requirement that is asked for is written, for hints. */
  whereOf?: (spec: string) => Where | undefined;
}

export interface BuildOptions extends InstallOptions {
  destination: string;
  /** `build_ext` options: `include-dirs`, `library-dirs`, … */
  buildExt: Readonly<Record<string, string>>;
  /** Environment variables of the build. */
  environment?: Environment;
  /** The part it is built for: where eggs are shared, the egg lies below its name, and the destination gets a link. */
  section?: string;
}

export interface PickedVersions {
  versions: readonly (readonly [name: string, version: string])[];
  requiredBy: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What a part, or the buildout itself, uses of shared directories. */
export interface SharedUse {
  /** The names of the entries, sorted: eggs in `__eggs__`, and the digests of those that are kept apart. */
  entries: readonly string[];
  /** Where `zc.recipe.egg:custom` has its egg, `<root>/<section>/<digest>`. */
  built?: string;
}

/** What records have to say about shared directories. */
export interface Sharing {
  isOn(): boolean;
  /** What was handed out since the last call. */
  take(): SharedUse;
  /** The entries that records name: one that has to be put back is told by name. */
  expect(names: readonly string[]): void;
  /** Hands a working set out again. */
  use(workingSet: WorkingSet): void;
  /** Parts in shared directories; `undefined` when nothing is shared. */
  parts(): SharedParts | undefined;
  /** Registers the buildout with the directories it uses; those that do not know it get a line. */
  register(user: SharedUser): void;
}

/** What a run installs with; one per run, since it remembers index pages, eggs and picks. */
export interface EggInstaller {
  /** zc.buildout's `easy_install.install`: a working set for these requirements. */
  install(specs: readonly string[], options?: InstallOptions): Promise<WorkingSet>;
  /** zc.buildout's `easy_install.build`: builds one from source with `build_ext` options; gives its locations. */
  build(spec: string, options: BuildOptions): Promise<string[]>;
  /** zc.buildout's `easy_install.develop`; gives the path of the egg-link, or of the egg when it builds one. */
  develop(setup: string, destination?: string, buildExt?: Readonly<Record<string, string>>): Promise<string>;
  picked(): PickedVersions;
  /** Develop eggs with old-style namespace packages: name and the text of `namespace_packages.txt`. */
  namespacePackages(): readonly (readonly [name: string, namespaces: string])[];
  /** Develop eggs first, then eggs, then the rest, as zc.buildout's `sort_working_set`. */
  sortWorkingSet(workingSet: WorkingSet): WorkingSet;
  /** Waits until every egg is placed and compiled; fails with the first failure, naming the distribution. */
  settle(): Promise<void>;
  /** At the end of the run: waits for what is stored for other machines. */
  close(): Promise<void>;
  readonly sharing: Sharing;
  configure(change: Partial<EggSettings>): void;
  settings(): Readonly<EggSettings>;
}
