// `archive`: zip and tar, read and written. It owns one extraction policy for both (extraction-policy.ts): every byte
// comes from a stranger, so names, links, sizes, modes and checksums are checked before or while writing, and what
// is written is deterministic: sorted, owner 0, one fixed time.
//
// Hard cases: PKWARE's APPNOTE 6.3.10 (zip64, data descriptors, names in code page 437), archives whose central
// directory and local headers disagree, and links that climb. Zip is our own reader over `node:zlib`, since unpacking
// wheels is the hot path; tar is modern-tar behind our policy. Callers extract into a fresh temporary directory: after
// a failure it holds a part of the archive.

export {
  createAdmission,
  defaultLimits,
  modeFor,
  type Admission,
  type AdmissionOptions,
  type ArchiveMember,
  type ExtractionLimits,
  type MemberKind,
} from './extraction-policy.ts';
export { createRangeSource, MissingRange, type ByteSource, type RangeSource } from './byte-source.ts';
export { openZip, type ZipArchive, type ZipEntry, type OpenZipOptions } from './open-zip.ts';
export { detectCompression, type Compression } from './decompress.ts';
export { extractZip } from './extract-zip.ts';
export { extractTar } from './extract-tar.ts';
export { checkZipFraming } from './check-zip-framing.ts';
export { inspectTar, type InspectedTar, type InspectTarOptions } from './inspect-tar.ts';
export { extractArchive } from './extract-archive.ts';
export type { ExtractedFile, ExtractOptions } from './write-member.ts';
export { createZip, type CreateZipOptions } from './create-zip.ts';
export { createZstdDecoder } from './zstd-decoder.ts';
export { createTar, createTarStream, type CreateTarOptions, type TarCompression } from './create-tar.ts';
export { gzipFile } from './gzip-tar.ts';
export { collectMembers, memberOf, type NewMember, type SkipMember } from './collect-members.ts';
