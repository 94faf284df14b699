// `base`: what every room needs and no room owns. Errors with codes, events, hashing, atomic writes, locks between
// processes, and the seams to environment and home. It imports Node's own modules only; each file has one subject,
// and what has no subject does not belong here.

export { BuildError, hasCode, type BuildErrorOptions, type Where } from './build-error.ts';
export { activitiesOf, rememberActivity, whileDoing } from './while-doing.ts';
export { LogLevel, type Event, type LogLevelName, type Report } from './events.ts';
export { syncDirectory, writeFileAtomically, type AtomicWriteOptions } from './atomic-write.ts';
export { isAbandoned, isTemporaryName, removeAbandoned, temporaryPathBeside } from './temporary-path.ts';
export { removeTree } from './remove-tree.ts';
export { trueMkdirError } from './true-mkdir-error.ts';
export { acquireFileLock, tryAcquireFileLock, type FileLock } from './file-lock.ts';
export { tryReadText } from './try-read-text.ts';
export { nameFor } from './name-for.ts';
export { hashBytes, hashFile, type HashName } from './hashing.ts';
export { countAsWork, isWorkUnderWay } from './work-under-way.ts';
export { createLimiter } from './run-limited.ts';
export { createThreads, serveTasks, type Threads } from './threads.ts';
export { defaultCacheDirectory, expandUser, homeDirectory, type Environment } from './environment.ts';
export { parseAge, parseByteSize } from './parse-limits.ts';
export { formatBytes } from './format-bytes.ts';
export { pythonRepr } from './python-repr.ts';
