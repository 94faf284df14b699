// The cache that machines share: what one built and stored, another installs without a compiler; and what becomes of a
// run whose server misbehaves.

import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildsIn, countedSdist } from '../support/cache-fixture.ts';
import { cacheServerForTest, type CacheServer } from '../support/cache-server.ts';
import { workspaceForTest, type TestWorkspace } from '../support/for-test.ts';
import { createMachine } from '../support/two-machines.ts';
import { generateSigningKey } from '#store';

const hasCompiler = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

/** A source whose build compiles a shared library. */
async function compiledSdist(workspace: TestWorkspace, name = 'speed'): Promise<void> {
  const prepare = `open('x.c', 'w').write('int answer(void) { return 42; }')
subprocess.check_call(['cc', '-shared', '-fPIC', '-o', 'x.so', 'x.c'])
files['_${name}.so'] = open('x.so', 'rb').read()
files['${name}.py'] = b"import ctypes, os\\nanswer = ctypes.CDLL(os.path.join(os.path.dirname(__file__), '_${name}.so')).answer\\n"`;
  await countedSdist(workspace, { name, tag: 'py3-none-linux_x86_64', prepare });
}

interface Keys {
  signingKey: string;
  trusted: string;
}

function makeKeys(workspace: TestWorkspace, name = 'key'): Keys {
  const { privatePem, publicText } = generateSigningKey();
  const signingKey = join(workspace.base, `${name}.pem`);
  writeFileSync(signingKey, privatePem, { mode: 0o600 });
  return { signingKey, trusted: publicText };
}

const builder = (server: CacheServer, { signingKey }: Keys): Record<string, string> => ({
  CLUTCH_REMOTE_CACHE_URL: server.url,
  CLUTCH_REMOTE_CACHE_SIGNING_KEY: signingKey,
  CLUTCH_REMOTE_CACHE_WRITE: 'yes',
});

const reader = (server: CacheServer, { trusted }: Keys): Record<string, string> => ({
  CLUTCH_REMOTE_CACHE_URL: server.url,
  CLUTCH_REMOTE_CACHE_TRUSTED_KEYS: trusted,
});

test.runIf(hasCompiler)(
  'an extension that one machine built is installed by one without a compiler',
  async () => {
    const workspace = workspaceForTest();
    await compiledSdist(workspace);
    const server = await cacheServerForTest({ strict: true });
    const keys = makeKeys(workspace);
    const [a, b] = [createMachine(workspace, 'a'), createMachine(workspace, 'b', { compiler: false })];
    const configuration = { index: workspace.links, eggs: ['speed'] };
    await a.install('app', { ...configuration, environment: builder(server, keys) });
    expect(server.blobs('cas')).toHaveLength(3);
    const { directory, result } = await b.install('app', {
      ...configuration,
      words: ['-v'],
      environment: reader(server, keys),
    });
    expect(result.stdout).toContain('eggs: 1 hits, 0 misses, 0 errors, 0 rejected, 0 written');
    const said = execFileSync(join(directory, 'bin', 'py'), ['-c', 'import speed; print(speed.answer())']);
    expect(said.toString()).toBe('42\n');
    expect(buildsIn(workspace)).toEqual(['speed']);
  },
);
