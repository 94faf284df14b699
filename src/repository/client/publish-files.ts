// Publishing: every file is looked into first, as the server will do, so that nothing is sent that would be refused.

import { basename } from 'node:path';
import { BuildError, createLimiter, type Report } from '#base';
import { inspectDistribution, type InspectedFile } from '../inspect/inspect-distribution.ts';
import type { RepositoryClient } from './open-client.ts';
import { createUploadForm } from './upload-form.ts';

export interface PublishOptions {
  replace: boolean;
  report: Report;
}

export interface PublishedFile {
  path: string;
  filename: string;
  project: string;
  version: string;
  /** What the server said; absent when the file was not sent. */
  answer?: string;
  failure?: BuildError;
}

const simultaneous = 4;
const maximumInflatedBytes = 16 * 2 ** 30;

/** What each file is, without sending anything; a file that would be refused has a failure. */
export async function inspectFiles(
  paths: readonly string[],
): Promise<readonly (PublishedFile & { inspected?: InspectedFile })[]> {
  const results: (PublishedFile & { inspected?: InspectedFile })[] = [];
  for (const path of paths) {
    const filename = basename(path);
    try {
      const inspected = await inspectDistribution({
        path,
        filename,
        claims: {},
        limits: { maximumInflatedBytes },
      });
      const { project, version } = inspected.name;
      results.push({ path, filename, project, version, inspected });
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      results.push({ path, filename, project: '', version: '', failure: error });
    }
  }
  return results;
}

/** Sends the files, some at a time, in order; what the server refuses is in the results, what stops all is thrown. */
export async function publishFiles(
  client: RepositoryClient,
  paths: readonly string[],
  { replace, report }: PublishOptions,
): Promise<readonly PublishedFile[]> {
  const inspected = await inspectFiles(paths);
  if (inspected.some(({ failure }) => failure !== undefined)) return inspected;
  const limited = createLimiter(simultaneous);
  return Promise.all(
    inspected.map(async ({ inspected, ...file }) => {
      if (inspected === undefined) return file;
      return limited(async () => {
        const { path, filename: name } = file;
        report({ type: 'send-start', name });
        const onBytes = (bytes: number): void => report({ type: 'send-bytes', name, bytes });
        try {
          const form = createUploadForm(path, inspected, { replace, onBytes });
          return { ...file, answer: (await client.upload(form)).trim() };
        } catch (error) {
          if (!(error instanceof BuildError) || error.code !== 'PUBLISH_REFUSED') throw error;
          return { ...file, failure: error };
        } finally {
          report({ type: 'send-end', name });
        }
      });
    }),
  );
}
