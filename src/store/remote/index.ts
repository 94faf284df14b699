// `store/remote`: the egg cache of a fleet, over the Bazel HTTP cache protocol (`/ac/<key>`, `/cas/<sha256>`), which many
// servers speak. Only eggs that were built from source go there, each as an archive, a signed manifest and the signature;
// wheels and sdists travel as files by their hash. Loaded when a run has something to fetch or to build and a remote
// cache is configured.
//
// Hard cases: a server is neither believed (fetch-egg.ts says what is checked, in which order) nor waited for
// (patience.ts); a lookup by pins that are not all known beforehand (remote-keys.ts).

export { createRemoteCache } from './remote-cache.ts';
export { pushToRemote } from './push.ts';
export { checkRemote } from './check-remote.ts';
export { findDistrusted } from './distrust.ts';
export { generateSigningKey, parseTrustedKey, readSigningKey, signManifest } from './signing.ts';
export { keepRemoteReport, readRemoteReport } from './remote-report.ts';
export { encodeActionResult, tryDecodeActionResult } from './action-result.ts';
export { declaredKey } from './remote-keys.ts';
