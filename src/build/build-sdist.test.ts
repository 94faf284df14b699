import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openZip } from '#archive';
import { hashFile, type Event } from '#base';
import { describePython, findPython } from '#python';
import { writeInTreeProject } from './back-end-fixture.ts';
import { buildSdist, type BuildSdistOptions } from './index.ts';

const python = await describePython(await findPython());
let root: string;
let events: Event[];
let asked: (readonly string[])[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'clutch-build-'));
  events = [];
  asked = [];
});

function build(more: Partial<BuildSdistOptions> = {}): Promise<string> {
  const workDirectory = join(root, 'work');
  mkdirSync(workDirectory, { recursive: true });
  return buildSdist({
    source: join(root, 'project'),
    workDirectory,
    python,
    requirementsFor: (requirements) => {
      asked.push(requirements);
      return Promise.resolve([]);
    },
    report: (event) => events.push(event),
    ...more,
  });
}

function textIn(wheel: string, name: string): string {
  const archive = openZip(wheel);
  try {
    return archive.read(name).toString();
  } finally {
    archive.close();
  }
}

test('asks for what the project declares and what its back end adds, and leaves only the wheel', async () => {
  writeInTreeProject(join(root, 'project'));
  const wheel = await build();
  expect(basename(wheel)).toBe('in_tree-1.0-py3-none-any.whl');
  expect(asked).toEqual([['declared'], ['declared', 'asked-for>=2']]);
  expect(readdirSync(join(root, 'work'))).toEqual([basename(wheel)]);
  expect(events.map((event) => event.type)).toEqual(['build-start', 'build-end']);
});

test('shows a build an allow-list of the environment and what the recipe sets', async () => {
  writeInTreeProject(join(root, 'project'));
  const wheel = await build({
    environment: { PATH: process.env['PATH'], SECRET_TOKEN: 'x', PYTHONPATH: '/nowhere', CFLAGS: '-O1' },
    extraEnvironment: { MY_LIBRARY: '/opt/my' },
    configSettings: { fast: 'yes' },
  });
  const environment = textIn(wheel, 'environment.txt');
  expect(environment).toContain('CFLAGS=-O1\n');
  expect(environment).toContain('MY_LIBRARY=/opt/my\n');
  expect(environment).toContain('SOURCE_DATE_EPOCH=');
  expect(environment).toMatch(/CPPFLAGS=-ffile-prefix-map=\S+=\/build\n/);
  expect(environment).not.toContain('SECRET_TOKEN');
  expect(environment).not.toContain('/nowhere');
  expect(textIn(wheel, 'settings.txt')).toBe("{'fast': 'yes'}");
});

test('builds in a path of the same length wherever it works', async () => {
  writeInTreeProject(join(root, 'project'));
  const other = join(root, 'a/longer/work/directory');
  mkdirSync(other, { recursive: true });
  const [left, right] = [await build(), await build({ workDirectory: other })].map(
    (wheel) => /file-prefix-map=(\S+)=/.exec(textIn(wheel, 'environment.txt'))?.[1]?.length,
  );
  expect(left).toBe(right);
});

test('names the project, the step and the end of the output when a build fails', async () => {
  writeFileSync(join(writeInTreeProject(join(root, 'project')), 'fail'), '');
  const failed = build({ name: 'in-tree 1.0' });
  await expect(failed).rejects.toMatchObject({ code: 'BUILD_FAILED' });
  await expect(failed).rejects.toThrow(/^Cannot build in-tree 1\.0: building its wheel failed\n/);
  await expect(failed).rejects.toThrow('  this is what the back end says\n');
  await expect(failed).rejects.toThrow('RuntimeError: cannot');
});

test('says what a project lacks', async () => {
  mkdirSync(join(root, 'project'));
  await expect(build()).rejects.toMatchObject({ code: 'PROJECT_INVALID' });
  writeFileSync(join(root, 'project/pyproject.toml'), '[build-system]\nrequires = "one"\n');
  await expect(build()).rejects.toThrow('`build-system.requires` is no list of strings');
  writeFileSync(join(root, 'project/pyproject.toml'), '[build-system\n');
  await expect(build()).rejects.toThrow('Cannot build project: line 1 of its pyproject.toml is no TOML');
});

test('does not write into the directory that it builds from', async () => {
  const project = writeInTreeProject(join(root, 'project'));
  const before = readdirSync(project, { recursive: true });
  await build({ buildExt: { define: 'X' } });
  expect(readdirSync(project, { recursive: true })).toEqual(before);
});

test('gives the same wheel twice', async () => {
  writeInTreeProject(join(root, 'project'));
  writeFileSync(
    join(root, 'project/pyproject.toml'),
    '[build-system]\nrequires = []\nbuild-backend = "plain"\nbackend-path = ["."]\n',
  );
  writeFileSync(
    join(root, 'project/plain.py'),
    `import os, zipfile
def build_wheel(directory, settings=None, metadata_directory=None):
    with zipfile.ZipFile(os.path.join(directory, "p-1-py3-none-any.whl"), "w") as archive:
        for name in sorted({"plain.py", "pyproject.toml"}): archive.write(name)
    return "p-1-py3-none-any.whl"
`,
  );
  const first = hashFile(await build());
  expect(hashFile(await build())).toBe(first);
});
