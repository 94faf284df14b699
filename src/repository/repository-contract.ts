// What the parts of the repository say to each other: files, projects and tokens as records, and who does something.

/** Uploads go to `staging`; promoting a version moves its files to `release`. */
export type Channel = 'staging' | 'release';

export type DistributionKind = 'wheel' | 'egg' | 'sdist';

/** A file that is ours and can be had. Times are milliseconds since 1970. */
export interface FileRecord {
  readonly id: number;
  /** In the normal form of PEP 503. */
  readonly project: string;
  readonly filename: string;
  /** In the normal form of PEP 440; as written where that has no reading, and then `isLegacy`. */
  readonly version: string;
  /** Its version is outside PEP 440: listed on the flat pages only. */
  readonly isLegacy: boolean;
  readonly kind: DistributionKind;
  readonly sha256: string;
  readonly size: number;
  /** SHA-256 of its core metadata. */
  readonly metadataHash: string;
  readonly requiresPython?: string;
  readonly channel: Channel;
  readonly uploaded: number;
  readonly released?: number;
  /** The name of the token it came with, or `incoming`. */
  readonly uploader: string;
  /** The reason, `''` when none was given; absent when it is not yanked. */
  readonly yanked?: string;
}

/** PEP 792. */
export type ProjectStatus = 'active' | 'archived' | 'deprecated' | 'quarantined';

export interface ProjectRecord {
  readonly id: number;
  /** In the normal form of PEP 503. */
  readonly name: string;
  /** As its newest file writes it. */
  readonly displayName: string;
  /** The name is kept for us although it may have no file yet. */
  readonly isReserved: boolean;
  readonly status: ProjectStatus;
  readonly statusReason?: string;
}

/** A checkout that `/dev/` points to. */
export interface DevelopmentLink {
  /** As its author writes it. */
  readonly name: string;
  /** `git+https://host/repo.git@branch`, without user and password. */
  readonly url: string;
  /** The file of `DIR/links`, or `api`. */
  readonly source: string;
}

/** Whoever does something, for records and logs: the name of a token, `incoming`, or `local`. */
export interface Actor {
  readonly name: string;
}

export const tokenActions = [
  'read',
  'upload',
  'promote',
  'yank',
  'delete',
  'reserve',
  'links',
  'admin',
] as const;

export type TokenAction = (typeof tokenActions)[number];

export interface TokenRecord {
  /** Public: it is the middle part of the token. */
  readonly id: string;
  readonly name: string;
  /** `admin` stands for all of them. */
  readonly actions: readonly TokenAction[];
  /** Normal names, or patterns that end with `*`; `*` is every project. */
  readonly projects: readonly string[];
  readonly created: number;
  readonly expires?: number;
  readonly revoked?: number;
}
