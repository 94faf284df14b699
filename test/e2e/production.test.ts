// docs/production.md, word for word: files are written, commands run one after the other in one shell, and what they
// print is compared; `…` stands for anything.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { workspaceForTest } from '../support/for-test.ts';
import { repository } from '../support/run-clutch.ts';

const hasRpmbuild = spawnSync('rpmbuild', ['--version']).status === 0;

interface Step {
  command: string;
  expected: string[];
}

/** Blocks are indented by four spaces: commands after `$ ` with what they print, or a file when its name stands before. */
function readSteps(markdown: string): Step[] {
  const steps: Step[] = [];
  const blocks = markdown.matchAll(/(?:^|\n)([^\n]*)\n\n((?: {4}[^\n]*\n|\n(?= {4}))+)/g);
  for (const [, before = '', block = ''] of blocks) {
    const lines = block
      .replace(/\n+$/, '')
      .split('\n')
      .map((line) => line.slice(4));
    const [, file] = /^`([^`]+)`:$/.exec(before) ?? [];
    if (file !== undefined) {
      const text = lines.join('\n').replaceAll("'", "'\\''");
      steps.push({ command: `printf '%s\\n' '${text.replaceAll('\n', "' '")}' > ${file}`, expected: [] });
      continue;
    }
    for (const line of lines) {
      if (line.startsWith('$ ')) steps.push({ command: line.slice(2), expected: [] });
      else steps.at(-1)?.expected.push(line);
    }
  }
  return steps;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** One shell for all steps; each is answered with what it printed and its exit code. */
function startShell(
  cwd: string,
  env: Record<string, string>,
): (command: string) => Promise<[string, number]> {
  const shell = spawn('bash', ['-s'], { cwd, env, detached: true });
  onTestFinished(() => void process.kill(-(shell.pid ?? 0), 'SIGKILL'));
  let output = '';
  let hear = (): void => undefined;
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      hear();
    });
  }
  return (command) =>
    new Promise((resolve) => {
      output = '';
      hear = () => {
        const [, said, code] = /^([^]*)@@(\d+)@@\n$/.exec(output) ?? [];
        if (said !== undefined) resolve([said, Number(code)]);
      };
      shell.stdin.write(`{ ${command}\n} < /dev/null 2>&1; echo "@@$?@@"\n`);
    });
}

function patternOf(expected: readonly string[]): RegExp {
  const lines = expected.map((line) =>
    line === '…'
      ? '(?:[^\\n]*\\n)*?'
      : `${line
          .split('…')
          .map((part) => escapePattern(part))
          .join('[^\\n]*')}\\n`,
  );
  return new RegExp(`^${lines.join('')}$`);
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

test('docs/production.md does what it says', { timeout: 300_000 }, async () => {
  const { base, home } = workspaceForTest();
  const port = await freePort();
  const markdown = readFileSync(join(repository, 'docs', 'production.md'), 'utf8')
    .replaceAll(' /tmp', ` ${join(base, 'tmp')}`)
    .replaceAll('/opt/site', join(base, 'opt', 'site'))
    .replaceAll('127.0.0.1:8765', `127.0.0.1:${port}`)
    .replaceAll('/path/to/clutch', repository);
  const directory = join(base, 'work');
  for (const path of [directory, join(base, 'tmp')]) mkdirSync(path);
  writeFileSync(join(home, '.gitconfig'), '[user]\nname = t\nemail = t@localhost\n');
  const python = execFileSync('python3', ['-c', 'import os, sys; print(os.path.realpath(sys.executable))']);
  const path = [dirname(String(python).trim()), '/usr/local/bin', '/usr/bin', '/bin'].join(':');
  const run = startShell(directory, { PATH: path, HOME: home, LC_ALL: 'C.UTF-8' });

  const steps = readSteps(markdown);
  expect(steps.length).toBeGreaterThan(35);
  for (const { command, expected } of steps) {
    // Not on every machine; test/peers/packages.test.ts has it in full.
    if (command.includes('release rpm') && !command.includes('--deb') && !hasRpmbuild) continue;
    if (command.startsWith('clutch serve')) {
      const options = command.replace('clutch serve', `clutch serve --listen 127.0.0.1:${port}`);
      const [said] = await run(
        `${options} > ../serve.log & until grep Serving ../serve.log; do sleep 0.1; done`,
      );
      expect(said, command).toMatch(patternOf(expected));
      continue;
    }
    const [said, code] = await run(command);
    expect(code, `${command}\n${said}`).toBe(/^\d+ findings?$/.test(expected.at(-1) ?? '') ? 1 : 0);
    if (expected.length > 0) expect(said, command).toMatch(patternOf(expected));
  }
});
