// What every handler gets: the repository's parts, who may do what, and where to say what happened.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Hono } from 'hono';
import type { Gate } from '../access/create-gate.ts';
import type { Sessions } from '../access/sessions.ts';
import type { Core } from '../core.ts';
import type { DevelopmentLink } from '../repository-contract.ts';
import type { Pages } from '../simple/pages.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Upstream } from '../upstream/open-upstream.ts';
import type { FileSource } from './file-source.ts';

export interface ServerContext {
  readonly core: Core;
  readonly pages: Pages;
  readonly files: FileSource;
  readonly gate: Gate;
  readonly sessions: Sessions;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Links of `DIR/links` and of the API together, by name. */
  readonly developmentLinks: () => readonly DevelopmentLink[];
  readonly upstream?: Upstream | undefined;
  /** Uploads go to the release channel at once (`--no-staging`). */
  readonly noStaging: boolean;
}

/** Node's own request and response are there for what must be streamed. */
export interface ServerTypes {
  Bindings: { incoming: IncomingMessage; outgoing: ServerResponse };
}

export type ServerApp = Hono<ServerTypes>;
