// Source releases on PyPI that carry the `buildout.cfg` their developers use: built by zc.buildout and by clutch, both
// must write the same scripts, and `bin/test` must come to the same result.

import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { extractArchive } from '#archive';
import { programsFor } from '../support/compare-programs.ts';
import { referencePython } from '../support/reference-python.ts';
import { createWorkspace, finish, type RunResult, type Workspace } from '../support/run-clutch.ts';

const minutes = 60_000;
let downloads = '';
beforeAll(() => {
  downloads = mkdtempSync(join(tmpdir(), 'clutch-releases-'));
});
afterAll(() => rmSync(downloads, { recursive: true, force: true }));

test.each([
  ['zope-interface', '8.7'],
  ['persistent', '6.9'],
  ['btrees', '6.5'],
])(
  '%s %s: same scripts, same result of bin/test',
  async (project, version) => {
    const archive = await downloadSource(project, version);
    const outcomes: { scripts: Record<string, string>; tests: string }[] = [];
    for (const program of programsFor(await referencePython(), join(downloads, 'cache'))) {
      const workspace = createWorkspace();
      try {
        await unpackInto(workspace, archive);
        const result = await program.run(workspace);
        expect(result.code, `${program.name}\n${result.stdout}${result.stderr}`).toBe(0);
        outcomes.push({ scripts: readScripts(workspace), tests: summaryOf(await runTests(workspace)) });
      } finally {
        workspace.remove();
      }
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[0]?.tests).toMatch(/^Ran \d{3,} tests/);
  },
  20 * minutes,
);

async function downloadSource(project: string, version: string): Promise<string> {
  const page = await fetch(`https://pypi.org/simple/${project}/`).then((response) => response.text());
  const links = [...page.matchAll(/href="([^"#]+)/g)].map(([, link = '']) => link);
  const link = links.find((one) => one.endsWith(`-${version}.tar.gz`));
  if (link === undefined) throw new Error(`PyPI has no source release of ${project} ${version}`);
  const response = await fetch(new URL(link, `https://pypi.org/simple/${project}/`));
  const path = join(downloads, `${project}-${version}.tar.gz`);
  writeFileSync(path, Buffer.from(await response.arrayBuffer()));
  return path;
}

async function unpackInto({ directory }: Workspace, archive: string): Promise<void> {
  const unpacked = mkdtempSync(join(downloads, 'unpacked-'));
  await extractArchive(archive, unpacked);
  const [root = ''] = readdirSync(unpacked);
  rmSync(directory, { recursive: true });
  renameSync(join(unpacked, root), directory);
}

/** zc.buildout and what it runs on: one site-packages directory there, eggs here. */
const runtime =
  /(zc\.buildout|zc\.recipe\.egg|setuptools|pip|wheel|packaging|platformdirs)-[^/]*\.egg|site-packages/;

/** Scripts without the runtime. Lines are sorted: zc.buildout takes several extras in the order of a Python set. */
function readScripts({ directory }: Workspace): Record<string, string> {
  const read = (name: string): string =>
    readFileSync(join(directory, 'bin', name), 'utf8')
      .replaceAll(directory, '<buildout>')
      .split('\n')
      .filter((line) => !runtime.test(line))
      .sort()
      .join('\n');
  return Object.fromEntries(readdirSync(join(directory, 'bin')).map((name) => [name, read(name)]));
}

function runTests({ directory, home }: Workspace): Promise<RunResult> {
  mkdirSync(home, { recursive: true });
  const environment = { PATH: process.env['PATH'], HOME: home };
  return finish(spawn(join(directory, 'bin/test'), [], { cwd: directory, env: environment }));
}

/** How many tests ran, failed and were skipped; the time it took is nobody's matter. */
function summaryOf({ stdout }: RunResult): string {
  return /Ran \d+ tests with .*?(?= in \d)/.exec(stdout)?.[0] ?? stdout.slice(-500);
}
