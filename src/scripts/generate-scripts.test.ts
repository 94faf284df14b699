// The texts were compared byte by byte with those of zc.buildout 6.0.1.

import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateScripts, type ScriptDistribution, type ScriptOptions } from './index.ts';

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'clutch-scripts-')));
const eggs = join(directory, 'eggs');

function createDistribution(project: string, files: Record<string, string> = {}): ScriptDistribution {
  return {
    project,
    location: join(eggs, `${project}-1.0-py3.11.egg`),
    metadata: (name) => files[name],
    metadataNames: (folder) =>
      Object.keys(files)
        .filter((name) => name.startsWith(`${folder}/`))
        .map((name) => name.slice(folder.length + 1)),
  };
}

const demo = createDistribution('Demo', {
  'entry_points.txt': '[console_scripts]\ndemo = demo.main:run\ntwo = demo:A.b\n',
  'scripts/old.py': '#!/usr/bin/python\n"""doc"""\nfrom __future__ import x\nimport os\nprint(os)\n',
});
const other = createDistribution('other');

function generate(options: Partial<ScriptOptions>): Record<string, string> {
  const { files } = generateScripts({
    requirements: ['demo'],
    workingSet: [demo, other],
    python: '/usr/bin/python3',
    destination: join(directory, 'bin'),
    ...options,
  });
  return Object.fromEntries(
    files.map(({ path, content }) => [
      path.replace(`${directory}/bin/`, ''),
      content.replaceAll(directory, '/buildout'),
    ]),
  );
}

test('writes a script for every entry point of the named distribution', () => {
  const scripts = generate({});
  expect(Object.keys(scripts)).toEqual(['demo', 'two', 'old.py']);
  expect(scripts['two']).toBe(`#!/usr/bin/python3

import sys
sys.path[0:0] = [
  '/buildout/eggs/Demo-1.0-py3.11.egg',
  '/buildout/eggs/other-1.0-py3.11.egg',
  ]

import demo

if __name__ == '__main__':
    sys.exit(demo.A.b())
`);
});

test('sets the path of a distutils script before its first real import', () => {
  expect(generate({})['old.py']).toBe(`#!/usr/bin/python3
"""doc"""
from __future__ import x


import sys
sys.path[0:0] = [
  '/buildout/eggs/Demo-1.0-py3.11.egg',
  '/buildout/eggs/other-1.0-py3.11.egg',
  ]


import os
print(os)
`);
});

test('writes paths relative to the script, initialization and arguments', () => {
  const scripts = generate({
    scripts: new Map([['demo', 'foo']]),
    relativePaths: directory,
    extraPaths: [join(directory, 'spam'), '/foo', directory],
    initialization: 'a = 1',
    argumentsText: 'a, 2',
  });
  expect(scripts).toEqual({
    foo: `#!/usr/bin/python3

import os

join = os.path.join
base = os.path.dirname(os.path.abspath(os.path.realpath(__file__)))
base = os.path.dirname(base)

import sys
sys.path[0:0] = [
  join(base, 'eggs/Demo-1.0-py3.11.egg'),
  join(base, 'eggs/other-1.0-py3.11.egg'),
  join(base, 'spam'),
  '/foo',
  base,
  ]

a = 1

import demo.main

if __name__ == '__main__':
    sys.exit(demo.main.run(a, 2))
`,
  });
});

test('writes an interpreter with the same path, also for an empty one', () => {
  const head = (text: string | undefined): string | undefined => text?.split('_interactive')[0];
  expect(head(generate({ requirements: [], interpreter: 'py', workingSet: [] })['py']))
    .toBe(`#!/usr/bin/python3

import sys

sys.path[0:0] = [
  
  ]


`);
  const full = generate({ requirements: [], interpreter: 'py', workingSet: [other] })['py'];
  expect(full).toContain("sys.path[0:0] = [\n  '/buildout/eggs/other-1.0-py3.11.egg',\n  ]\n");
});

test('adds what .pth files of an editable install name, once and behind the locations', () => {
  const source = join(directory, 'checkout');
  mkdirSync(source, { recursive: true });
  writeFileSync(
    join(source, 'x.pth'),
    `# comment\nimport nothing\n${directory}/lib\nsub\n${directory}/lib\n`,
  );
  const editable = { ...other, location: source };
  expect(generate({ workingSet: [editable, demo] })['two']).toContain(
    "  '/buildout/checkout',\n  '/buildout/eggs/Demo-1.0-py3.11.egg',\n  '/buildout/lib',\n  '/buildout/checkout/sub',\n  ]",
  );
});

test('warns of wanted scripts that no egg defines', () => {
  const { warnings } = generateScripts({
    requirements: ['demo', ['ep', 'm', 'f']],
    workingSet: [demo],
    python: 'python',
    destination: '/bin',
    scripts: new Map([
      ['ep', 'ep'],
      ['nope', 'nope'],
      ['nix', 'nax'],
    ]),
  });
  expect(warnings).toEqual([
    "Could not generate script 'nope' as it is not defined in the egg entry points.",
    "Could not generate script 'nix' as script 'nax' is not defined in the egg entry points.",
  ]);
});

test('names a requirement that is not in the working set', () => {
  expect(() => generate({ requirements: ['Miss.ing'] })).toThrow(
    "Could not find requirement 'Miss.ing' in working set. Could not find it with normalized 'miss-ing' either.",
  );
});
