// What `scripts` needs to know of a working set: the distributions of #eggs satisfy it, and so does a test's literal.

/** One distribution on the path of a script. */
export interface ScriptDistribution {
  /** The project's name as its metadata spells it. */
  readonly project: string;
  /** The directory (or zipped egg) that goes on the path. */
  readonly location: string;
  /** The location is a link that is named itself, not what it leads to. */
  readonly isLink?: boolean;
  /** The text of a metadata file such as `entry_points.txt`; undefined when there is none. */
  metadata(name: string): string | undefined;
  /** The names of the files in a directory of the metadata (`scripts`); empty when there is none. */
  metadataNames?(directory: string): readonly string[];
  /** The names of the `.pth` files at its location, where they are known; else they are looked for. */
  readonly pthFiles?: readonly string[];
}

/** Distributions in the order of the path. */
export type WorkingSetLike = readonly ScriptDistribution[];
