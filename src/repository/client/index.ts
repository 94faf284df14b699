// The client side of the repository, for commands: which repository, requests to it, publishing.

export { findRepository } from './find-login.ts';
export { openClient, type RepositoryClient } from './open-client.ts';
export { inspectFiles, publishFiles, type PublishedFile } from './publish-files.ts';
export { openLocalTokens, openRemoteTokens, type TokenBook } from './token-book.ts';
export { packEgg } from './pack-egg.ts';
