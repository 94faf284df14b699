import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findPython } from './find-python.ts';
import { pythonSourceFile } from './python-source-file.ts';

test('a Ctrl-C that reaches the worker too does not make it fail: the core decides', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'clutch-worker-'));
  const worker = spawn(await findPython(process.env), ['-I', '-S', pythonSourceFile('compile_worker.py')]);
  try {
    writeFileSync(join(directory, 'module.py'), 'x = 1\n');
    const job = `${JSON.stringify({ id: 1, directory, mtime: 0 })}\n`;
    worker.stdin.write(job);
    await once(worker.stdout, 'data');
    worker.kill('SIGINT');
    worker.stdin.write(job);
    const [answer] = (await once(worker.stdout, 'data')) as [Buffer];
    expect(JSON.parse(answer.toString())).toMatchObject({
      id: 1,
      files: [[expect.stringContaining('module'), expect.any(Number), expect.any(String)]],
    });
  } finally {
    worker.stdin.end();
    await once(worker, 'exit');
    rmSync(directory, { recursive: true });
  }
});
