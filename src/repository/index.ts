// `repository`: the egg repository, its server and the client of its commands. It follows the simple API (PEP 503, 592,
// 658, 691, 700, 714, 792) and the legacy upload API. A data directory is all there is:
//
//   records.sqlite       projects, files, metadata, tokens, links (WAL, synchronous=FULL)
//   files/<2>/<sha256>   every file of ours, once
//   incoming/            files dropped here are taken in; incoming/release/, incoming/refused/
//   upstream/            files and pages of upstream; may be deleted, need not be backed up
//   links/               development links in files (*.links, *.svn)
//   tmp/                 what is being received
//   lock                 held by the one process that serves the directory
//
// How it is laid out, from the disk to the reader:
//
//   records/, storage/   SQLite; files by hash, the data directory, check and backup. `core.ts` ties them together
//   inspect/             says no to bad files; `refusals.ts` has the ways to say it
//   operations/          the changes (add, promote, yank, delete, reserve), each one transaction
//   access/              tokens, logins of browsers, and the gate: who may see and do what
//   upstream/            other indexes behind this one
//   development/         links to checkouts;  incoming/  files that were dropped
//   simple/              renders and keeps the pages of the protocols
//   http/                the handlers (hono) and, in front of them, a fast path over what is in memory
//   pages/               the web pages for people: they ask `catalog.ts`, and `operations/` do what a form asks for
//   observe/             log, metrics, webhooks
//   client/              the other side: what the commands publish, promote and token do
//
// `serve-repository.ts` is the server's life.
//
// Order that keeps promises: a file is on the disk (fsync) before its record, a record is gone before its file. So a
// process killed anywhere leaves at most a file that nobody knows, and the next start takes it away.

import type { Backup } from './storage/backup.ts';
import type { Consistency } from './storage/check-consistency.ts';
import type { RepositoryServer, ServeSettings } from './serve-repository.ts';

export type { ListenAddress, RepositoryServer, ServeSettings } from './serve-repository.ts';
export type { Consistency } from './storage/check-consistency.ts';
export type { Log, LogEntry } from './observe/log.ts';

export { tokenActions, type TokenAction, type TokenRecord } from './repository-contract.ts';
export {
  findRepository,
  inspectFiles,
  openClient,
  openLocalTokens,
  openRemoteTokens,
  packEgg,
  publishFiles,
  type PublishedFile,
  type RepositoryClient,
  type TokenBook,
} from './client/index.ts';

/** Starts the server; its code is loaded only now. See `ServeSettings`. */
export async function serveRepository(settings: ServeSettings): Promise<RepositoryServer> {
  const { serveRepository: serve } = await import('./serve-repository.ts');
  return serve(settings);
}

/** Reads every record and every file of a data directory, and says what does not fit together. */
export async function checkRepository(
  directory: string,
  onFile: (filename: string) => void,
): Promise<Consistency> {
  const { checkConsistency } = await import('./storage/check-consistency.ts');
  return checkConsistency(directory, onFile);
}

/** Copies a data directory, also while it is served; a second time only what is new. */
export async function backUpRepository(
  directory: string,
  target: string,
  onFile: (filename: string) => void,
): Promise<Backup> {
  const { backUp } = await import('./storage/backup.ts');
  return backUp(directory, target, onFile);
}
