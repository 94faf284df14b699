// What the last run that asked a remote cache was answered, kept in the egg cache's directory for `cache stats` and
// `cache explain-miss`.

import { mkdirSync } from 'node:fs';
import { hasCode, tryReadText, writeFileAtomically } from '#base';
import { tryParseJson } from '../manifest.ts';
import type { RemoteReport } from './remote-contract.ts';

/** Replaces the report before it; failing to keep it harms nothing. */
export function keepRemoteReport(directory: string, report: RemoteReport): void {
  try {
    mkdirSync(directory, { recursive: true });
    writeFileAtomically(fileIn(directory), `${JSON.stringify(report, null, 1)}\n`);
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'EISDIR'))
      throw error;
  }
}

/** `undefined`: no run has asked one. */
export function readRemoteReport(directory: string): RemoteReport | undefined {
  const text = tryReadText(fileIn(directory), 'EACCES');
  if (text === undefined) return undefined;
  const value = tryParseJson(text);
  return isReport(value) ? value : undefined;
}

function fileIn(directory: string): string {
  return `${directory}/remote.json`;
}

function isReport(value: unknown): value is RemoteReport {
  if (typeof value !== 'object' || value === null) return false;
  const { eggs, files, answers, url } = value as Record<string, unknown>;
  return (
    typeof eggs === 'object' && typeof files === 'object' && Array.isArray(answers) && typeof url === 'string'
  );
}
