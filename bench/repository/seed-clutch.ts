// Fills a data directory of clutch with released files, as fast as the disk takes them and without a server: uploads
// are measured elsewhere.

import { copyFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from '#base';
import { openCore } from '../../src/repository/core.ts';
import { inspectDistribution } from '../../src/repository/inspect/inspect-distribution.ts';

const batch = 1000;

export async function seedClutch(data: string, flat: string): Promise<void> {
  const core = await openCore({ directory: data, maximumFileBytes: 2 ** 31 });
  const { files, projects } = core.records;
  const names = readdirSync(flat);
  for (let at = 0; at < names.length; at += batch) {
    const inspected = await Promise.all(
      names.slice(at, at + batch).map(async (filename) => {
        const path = join(flat, filename);
        const limits = { maximumInflatedBytes: 2 ** 34 };
        const one = await inspectDistribution({ path, filename, claims: {}, limits });
        const sha256 = hashFile(path);
        copyFileSync(path, core.store.path(sha256));
        return { ...one, sha256, size: statSync(path).size };
      }),
    );
    await core.records.commit(() => {
      for (const { name, displayName, metadata, metadataHash, requiresPython, sha256, size } of inspected) {
        const { id } = projects.ensure(name.project, displayName, Date.now());
        projects.saveMetadata(metadataHash, metadata);
        const { filename, key: nameKey, version, isLegacy, kind } = name;
        files.insert({
          projectId: id,
          filename,
          nameKey,
          version,
          isLegacy,
          kind,
          sha256,
          size,
          metadataHash,
          channel: 'release',
          uploader: 'bench',
          now: Date.now(),
          ...(requiresPython !== undefined && { requiresPython }),
        });
      }
    });
  }
  await core.close();
}
