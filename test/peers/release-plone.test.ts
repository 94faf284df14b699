// An upgrade of Plone's 240 eggs: how large the delta is, what applying takes, and a kill here and there among its tens
// of thousands of calls.

import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createManifest, describeTree, formatManifest } from '#release';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changingCalls, listFaults, runWithFault, type Fault } from '../support/fail-at-each-call.ts';
import { remove } from '../support/faulty-target.ts';
import { currentOf, makeUpgrade, runPython, targetPython, writeBundle } from '../support/release-fixture.ts';
import { createWorkspace, type Workspace } from '../support/run-clutch.ts';

let workspace: Workspace;
let roots: string[];
let upgrade: string;
let installed: string;

beforeAll(async () => {
  workspace = createWorkspace();
  workspace.copy('bench/plone62');
  const built = await workspace.run(['-c', 'eggs.cfg'], { environment: { BUILDOUT_PYTHON: targetPython } });
  expect(built.code, built.stderr).toBe(0);
  const [first, second] = ['1.0', '1.1'].map((version) => join(workspace.base, version));
  for (const bundle of [first, second]) {
    mkdirSync(join(bundle ?? '', 'tree'), { recursive: true });
    execFileSync('cp', ['-al', join(workspace.directory, 'eggs'), join(bundle ?? '', 'tree/eggs')]);
  }
  edit(join(second ?? '', 'tree/eggs/v5'));
  roots = [first, second].map((bundle, index) => {
    writeBundle(bundle ?? '', { name: 'plone', version: `1.${index}` }, { 'bin/hello': 'echo hello\n' });
    const manifest = createManifest(
      { name: 'plone', version: `1.${index}` },
      describeTree(join(bundle ?? '', 'tree')),
    );
    writeFileSync(join(bundle ?? '', 'manifest.json'), formatManifest(manifest));
    return manifest.root;
  });
  upgrade = await makeUpgrade(workspace, first ?? '', second ?? '');
  installed = join(workspace.base, 'installed');
  expect((await runPython([join(first ?? '', 'install.py'), '--prefix', installed])).code).toBe(0);
}, 900_000);

afterAll(() => remove(workspace.base));

/** Two modules are edited, and an egg gets another version. */
function edit(eggs: string): void {
  const named = (start: string): string => readdirSync(eggs).find((name) => name.startsWith(start)) ?? '';
  const folder = join(eggs, named('Products.CMFPlone-'), 'Products/CMFPlone');
  for (const name of ['CatalogTool.py', 'utils.py']) {
    const file = join(folder, name);
    const text = readFileSync(file, 'utf8');
    rmSync(file);
    writeFileSync(file, `${text}\n\nEDITED = True\n`);
    utimesSync(file, 1577836800, 1577836800);
  }
  const old = named('plone.api-');
  renameSync(join(eggs, old), join(eggs, old.replace(/^plone\.api-/, 'plone.api-99.')));
}

function copyInstalled(name: string): string {
  const prefix = join(workspace.base, name);
  execFileSync('cp', ['-al', installed, prefix]);
  return prefix;
}

test('two edited modules and a renamed egg make less than 20 KB, applied with less than 300 MB', async () => {
  expect(statSync(upgrade).size).toBeLessThan(20e3);
  const prefix = copyInstalled('measured');
  const program =
    'import resource, subprocess, sys; subprocess.check_call(sys.argv[1:]); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)';
  const measured = await runPython(['-c', program, targetPython, upgrade, prefix]);
  expect(measured.code, measured.stderr).toBe(0);
  expect(Number(measured.stdout.trim().split('\n').at(-1)) / 1024).toBeLessThan(300);
  expect(describeTree(join(prefix, 'current/')).root).toBe(roots[1]);
  remove(prefix);
});

test(
  'killed here and there: the old or the new release is current, and the rerun finishes',
  { timeout: 1_500_000 },
  async () => {
    const counted = copyInstalled('counted');
    const log = join(workspace.base, 'calls.log');
    const faults = await listFaults([targetPython, upgrade, counted], {
      calls: changingCalls,
      effect: 'signal=KILL',
      log,
    });
    remove(counted);
    expect(faults.length).toBeGreaterThan(20_000);
    for (const [index, fault] of sample(faults).entries()) {
      const told = `${fault.call} ${fault.number}`;
      const prefix = copyInstalled(`killed-${index}`);
      await runWithFault([targetPython, upgrade, prefix], fault);
      expect(roots, told).toContain(currentOf(prefix));
      expect(describeTree(join(prefix, 'releases', roots[0] ?? '')).root, told).toBe(roots[0]);
      expect((await runPython([upgrade, prefix])).code, told).toBe(0);
      expect(describeTree(join(prefix, 'current/')).root, told).toBe(roots[1]);
      expect(readdirSync(join(prefix, 'releases')).sort(), told).toEqual([...roots].sort());
      remove(prefix);
    }
  },
);

/** One in the middle of some kinds of calls: each costs a copy of the tree, and two upgrades of it. */
function sample(faults: readonly Fault[]): Fault[] {
  return ['linkat', 'link', 'write', 'rename', 'chmod', 'syncfs'].flatMap((kind) => {
    const ofKind = faults.filter(({ call }) => call === kind);
    return ofKind[ofKind.length >> 1] ?? [];
  });
}
