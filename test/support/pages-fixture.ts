// A running repository for tests of its web pages, and wheels whose metadata can say anything.

import { rawWheel, wheelName } from './raw-wheel.ts';
import { createTestToken, launchRepository, type TestRepository } from './repository-server.ts';
import { createWorkspace, type Workspace } from './run-clutch.ts';
import { upload, type UploadAnswer } from './upload.ts';

export interface PagesFixture {
  repository: TestRepository;
  workspace: Workspace;
  /** May do everything. */
  token: string;
  /** A token of this name, with these further words of `token create`. */
  createToken(name: string, ...words: string[]): Promise<string>;
  publish(wheel: WheelText): Promise<UploadAnswer>;
  /** A change by the API, of what is below `api/projects/`. */
  change(method: string, path: string, body?: unknown): Promise<void>;
  /** Releases a version by the API. */
  promote(name: string, version: string): Promise<void>;
  close(): Promise<void>;
}

export interface WheelText {
  name: string;
  version?: string;
  /** Lines of METADATA. */
  headers?: readonly string[];
  readme?: string;
}

export async function startPages(...words: string[]): Promise<PagesFixture> {
  const workspace = createWorkspace();
  const repository = await launchRepository(workspace, { words });
  const token = await createTestToken(workspace, repository.directory);
  const change = async (method: string, path: string, body: unknown = {}): Promise<void> => {
    const response = await fetch(`${repository.url}api/projects/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
  };
  return {
    repository,
    workspace,
    token,
    createToken: async (name, ...more) => {
      const said = await workspace.run(['token', 'create', name, '--data', repository.directory, ...more]);
      if (said.code !== 0) throw new Error(said.stderr);
      return said.stdout.trim();
    },
    publish: (wheel) => upload(repository.url, { ...wheelOf(wheel), token }),
    change,
    promote: (name, version) => change('POST', `${name}/versions/${version}/promote`),
    close: async () => {
      await repository.stop('SIGKILL');
      workspace.remove();
    },
  };
}

function wheelOf({ name, version = '1.0', headers = [], readme = '' }: WheelText): {
  filename: string;
  bytes: Buffer;
} {
  const lines = ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`, ...headers];
  const metadata = `${lines.join('\n')}\n\n${readme}\n`;
  return { filename: wheelName({ name, version }), bytes: rawWheel({ name, version, metadata }) };
}
