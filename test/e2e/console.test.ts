// What a user reads: on a pipe zc.buildout's lines and nothing else, on a terminal a live line that leaves no trace.

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildSdistFile, buildWheel } from '../support/build-distribution.ts';
import {
  expectFailure,
  expectSuccess,
  indexForTest,
  simpleConfiguration,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';
import { finish } from '../support/run-clutch.ts';
import { referencePython } from '../support/reference-python.ts';
import { renderTerminal, runOnTerminal } from '../support/run-on-terminal.ts';

async function demoWorkspace(): Promise<{ workspace: TestWorkspace }> {
  const workspace = workspaceForTest();
  rmSync(join(workspace.links, 'zc.recipe.egg-6.0.0-py3-none-any.whl'));
  buildWheel(workspace.links, { name: 'demo', version: '1.0', requires: ['demoneeded'] });
  buildWheel(workspace.links, { name: 'demoneeded', version: '1.0' });
  const index = await indexForTest({ directory: workspace.links });
  const cfg = simpleConfiguration({
    index: index.indexUrl,
    eggs: ['demo'],
    buildout: ['show-picked-versions = true'],
  });
  workspace.write({ 'buildout.cfg': cfg });
  return { workspace };
}

/** Lines that only differ because zc.buildout was installed beside the recipe. */
function comparable(output: string): string {
  return output
    .split('\n')
    .filter((line) => !/zc[.-]recipe[.-]egg|HTTP error: Not Found/.test(line))
    .join('\n');
}

test.each([[[]], [['-q']], [['-N']], [['-n', '-q', '-q']]])(
  'on a pipe prints what zc.buildout prints (%j)',
  async (words) => {
    const { workspace } = await demoWorkspace();
    const python = await referencePython();
    const reference = spawn(join(python, '..', 'buildout'), words, {
      cwd: workspace.directory,
      env: { ...process.env, HOME: workspace.home },
    });
    const theirs = (await finish(reference)).stdout;
    for (const name of ['eggs', 'bin', 'parts', 'develop-eggs', '.installed.cfg']) {
      rmSync(join(workspace.directory, name), { recursive: true, force: true });
    }
    const ours = await workspace.run(words);
    expectSuccess(ours);
    expect(comparable(ours.stdout)).toBe(comparable(theirs));
    expect(ours.stdout).not.toMatch(/[\x1b\r]/);
    expect(ours.stderr).toBe('');
  },
);

test('-v adds lines and -q takes all but warnings away', async () => {
  const { workspace } = await demoWorkspace();
  const verbose = await workspace.run(['-v']);
  expectSuccess(verbose);
  expect(verbose.stdout).toContain("Installing 'demo'.\n");
  const quiet = await workspace.run([
    '-q',
    'buildout:show-picked-versions=false',
    'buildout:no-such-option=1',
  ]);
  expectSuccess(quiet);
  expect(quiet.stdout).toMatch(/^Section `buildout` contains unused option\(s\): 'no-such-option'\.\n/);
});

test('--version names the program and its version', async () => {
  const workspace = workspaceForTest();
  const result = await workspace.run(['--version']);
  expectSuccess(result);
  expect(result.stdout).toMatch(/^\S.*\d+\.\d+.*\n$/);
});

const commands = 'install bootstrap init setup runsetup annotate query plan why edit cache'.split(' ');

test('--help tells every option and command', async () => {
  const workspace = workspaceForTest();
  const { code, stdout } = await workspace.run(['--help']);
  expect(code).toBe(0);
  for (const word of ['-c', '-v', '-q', '-U', '-o', '-O', '-n', '-N', '-D', '-t'])
    expect(stdout).toContain(word);
  for (const word of commands) expect(stdout).toContain(word);
});

test.each(commands)('%s --help tells how it is used, without a configuration', async (command) => {
  const { code, stdout, stderr } = await workspaceForTest().run([command, '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^Usage: \\S+ .*\\b${command}\\b`));
  expect(stdout.split('\n').length).toBeGreaterThan(3);
});

test('an unknown command is named', async () => {
  const workspace = workspaceForTest();
  workspace.write({ 'buildout.cfg': '[buildout]\nparts =\n' });
  const { code, stderr, stdout } = await workspace.run(['instal']);
  expect(code).not.toBe(0);
  expect(`${stdout}${stderr}`).toContain('invalid command: instal\nhint: did you mean `install`?');
});

test.each([
  ['[buildout\nparts =\n', 1, /header|section/i],
  ['[buildout]\nparts =\nthis is no option\n', 3, /this is no option/],
  ['parts = before any section\n', 1, /section/i],
])('a malformed file is named with line and reason: %j', async (text, line, reason) => {
  const workspace = workspaceForTest();
  workspace.write({ 'buildout.cfg': text });
  const said = expectFailure(await workspace.run());
  expect(said).toContain(join(workspace.directory, 'buildout.cfg'));
  expect(said).toMatch(new RegExp(`(line[^0-9]{0,5}|:)${line}\\b`));
  expect(said).toMatch(reason);
});

test('a file that is not there is named', async () => {
  const workspace = workspaceForTest();
  const said = expectFailure(await workspace.run(['-c', 'missing.cfg']));
  expect(said).toContain('missing.cfg');
});

test('on a terminal a live line shows what goes on and leaves no trace', async () => {
  const { workspace } = await demoWorkspace();
  const server = await indexForTest({ directory: workspace.links });
  server.addFault({ path: 'demo-1.0-py3-none-any.whl', delayMilliseconds: 700 });
  const cfg = simpleConfiguration({ index: server.indexUrl, eggs: ['demo'] });
  workspace.write({ 'buildout.cfg': cfg });
  const { code, output } = await runOnTerminal(workspace, { environment: { TERM: 'xterm' } });
  expect(code, output).toBe(0);
  expect(output).toContain('\r\x1b[K');
  expect(output).toMatch(/\d+ eggs · \d+ files/);
  const shown = renderTerminal(output);
  expect(shown).not.toMatch(/ eggs · /);
  expect(shown).not.toMatch(/\x1b/);
  expect(shown).toContain('Got demo 1.0.\nGetting distribution'.slice(0, 14));
});

test.each([{ NO_COLOR: '1', TERM: 'xterm' }, { TERM: 'dumb' }])(
  'no colours on a terminal with %j',
  async (environment) => {
    const { workspace } = await demoWorkspace();
    const { code, output } = await runOnTerminal(workspace, { environment });
    expect(code).toBe(0);
    expect(output).not.toMatch(/\x1b\[[\d;]*m/);
    if (environment.TERM === 'dumb') expect(output).not.toContain('\x1b');
  },
);

test('Ctrl-C on a terminal ends the run, leaves no line behind, and the next run completes', async () => {
  const { workspace } = await demoWorkspace();
  const server = await indexForTest({ directory: workspace.links });
  server.addFault({ path: 'demo-1.0-py3-none-any.whl', delayMilliseconds: 15_000, times: 1 });
  workspace.write({ 'buildout.cfg': simpleConfiguration({ index: server.indexUrl, eggs: ['demo'] }) });
  const started = performance.now();
  const { code, output } = await runOnTerminal(workspace, {
    environment: { TERM: 'xterm' },
    interruptAt: "distribution for 'demo'",
  });
  expect(performance.now() - started).toBeLessThan(4000);
  expect(code).toBe(130);
  expect(renderTerminal(output)).toMatch(/Error: Interrupted/);
  expect(renderTerminal(output)).not.toMatch(/ eggs · /);
  expectSuccess(await workspace.run());
});

test('a failing build shows its output on a terminal too', async () => {
  const workspace = workspaceForTest();
  const files = { 'demo.py': '' };
  await buildSdistFile(workspace.links, { name: 'demo', version: '1.0', files });
  workspace.write({ 'buildout.cfg': simpleConfiguration({ index: workspace.links, eggs: ['demo>1'] }) });
  const { code, output } = await runOnTerminal(workspace);
  expect(code).toBe(1);
  expect(renderTerminal(output)).toContain("Error: Couldn't find a distribution for 'demo>1'.");
});
