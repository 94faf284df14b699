// The worker that renders READMEs: a hostile one may take as long as it likes, and is ended from outside. An entry of its
// own in the bundle; see create-readmes.ts for the other side.

import { parentPort } from 'node:worker_threads';
import { renderReadme, type ReadmeRequest } from './render-readme.ts';

parentPort?.on('message', (request: ReadmeRequest) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(renderReadme(request));
});
