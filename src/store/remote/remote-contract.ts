// What is known of a remote cache before it is asked, and what it has answered.

import type { Where } from '#base';

/** As a machine's configuration or the environment says; never a project's. */
export interface RemoteCacheSettings {
  /** http or https; may have a login in it, and a path. */
  url: string;
  login?: { user: string; password: string };
  /** Public keys as they are written, with their place. */
  trustedKeys: readonly { text: string; where: Where }[];
  /** The file of the private key that this machine signs with. */
  signingKey?: string;
  /** Whether this machine may store what it builds and fetches. */
  writes: boolean;
}

/** How often each answer was given. */
export interface RemoteCounts {
  hit: number;
  miss: number;
  /** The server failed, or could not be reached. */
  error: number;
  /** There, and not to be believed. */
  rejected: number;
  written: number;
}

export type RemoteOutcome = Exclude<keyof RemoteCounts, 'written'>;

/** What was answered when an egg was asked for. */
export interface RemoteAnswer {
  project: string;
  /** The source that it is to be made of. */
  file: string;
  outcome: RemoteOutcome;
  /** Why not; who signed it. */
  detail: string;
}

/** One run's dealings with a remote cache, kept until the next run that has any. */
export interface RemoteReport {
  /** Without a login. */
  url: string;
  /** ISO 8601. */
  time: string;
  eggs: RemoteCounts;
  files: RemoteCounts;
  /** Bodies over the wire. */
  received: number;
  sent: number;
  /** Milliseconds waited for nothing. */
  lost: number;
  /** Why it was not asked any more. */
  switchedOff?: string;
  answers: readonly RemoteAnswer[];
}
