// What a repository has promised by answering 200, and whether it keeps that: nothing lost, nothing in half, versions
// promoted whole, records and files that agree.

import { expect } from 'vitest';
import { expectSuccess, type TestWorkspace } from './for-test.ts';
import { rawTarGz, rawWheel, wheelName } from './raw-wheel.ts';
import type { TestRepository } from './repository-server.ts';
import { upload } from './upload.ts';

export interface Login {
  url: string;
  token: string;
}

/** What the server said yes to; a broken connection is no answer. */
export interface Promised {
  uploaded: Map<string, Buffer>;
  promoted: Set<string>;
}

const big = 700_000;

export function filesOf(version: string): { filename: string; bytes: Buffer }[] {
  const filler = { name: 'filler.bin', content: Buffer.alloc(big, version) };
  const wheel = { name: 'demo', version };
  return [
    { filename: wheelName(wheel), bytes: rawWheel(wheel) },
    {
      filename: wheelName({ ...wheel, tag: 'cp311-cp311-linux_x86_64' }),
      bytes: rawWheel({ ...wheel, tag: 'cp311-cp311-linux_x86_64', entries: [filler] }),
    },
    {
      filename: `demo-${version}.tar.gz`,
      bytes: rawTarGz([
        {
          name: `demo-${version}/PKG-INFO`,
          content: `Metadata-Version: 2.1\nName: demo\nVersion: ${version}\n`,
        },
      ]),
    },
  ];
}

export async function publishVersion(
  { url, token }: Login,
  version: string,
  promised: Promised,
): Promise<void> {
  await Promise.all(
    filesOf(version).map(async (file) => {
      const answer = await attempt(() => upload(url, { token, ...file }));
      if (answer?.status === 200) promised.uploaded.set(file.filename, file.bytes);
    }),
  );
  const answer = await attempt(() =>
    fetch(`${url}api/projects/demo/versions/${version}/promote`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    }),
  );
  if (answer?.status === 200) promised.promoted.add(version);
}

export async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

interface Page {
  files: { filename: string; url: string; hashes: { sha256: string } }[];
}

async function readPage(url: string): Promise<Page['files']> {
  const response = await fetch(url, { headers: { accept: 'application/vnd.pypi.simple.v1+json' } });
  return response.status === 404 ? [] : ((await response.json()) as Page).files;
}

export async function assertPromises(repository: TestRepository, promised: Promised): Promise<void> {
  const pageUrl = `${repository.url}staging/simple/demo/`;
  const staged = await readPage(pageUrl);
  const names = new Set(staged.map(({ filename }) => filename));
  for (const filename of promised.uploaded.keys()) expect(names, 'answered with 200').toContain(filename);
  for (const { filename, url } of staged) {
    const body = Buffer.from(await (await fetch(new URL(url, pageUrl))).arrayBuffer());
    const sent = promised.uploaded.get(filename);
    if (sent !== undefined) expect(body.equals(sent), filename).toBe(true);
  }
  const released = new Set((await readPage(`${repository.url}simple/demo/`)).map(({ filename }) => filename));
  const versionOf = (filename: string): string => filename.replace('.tar.gz', '').split('-')[1] ?? '';
  for (const version of promised.promoted) {
    const files = [...promised.uploaded.keys()].filter((name) => versionOf(name) === version);
    for (const file of files) expect(released, 'promoted').toContain(file);
  }
  // A version is promoted whole: none of its files waits while another is out.
  const out = new Set([...released].map(versionOf));
  const waiting = [...names].filter((name) => !released.has(name) && out.has(versionOf(name)));
  expect(waiting).toEqual([]);
}

export async function checkRepository(
  workspace: TestWorkspace,
  repository: Pick<TestRepository, 'directory'>,
): Promise<string> {
  const result = await workspace.run(['serve', '--data', repository.directory, '--check']);
  expectSuccess(result);
  expect(result.stdout, 'no record without file').toMatch(/all fit their records/);
  return result.stdout;
}
