import { expect, test } from 'vitest';
import { findPython, runPython } from './index.ts';

const python = await findPython();

test('gives status and output, and feeds the input', async () => {
  const code = 'import sys; print(sys.stdin.read()); sys.stderr.write("warned"); sys.exit(3)';
  const result = await runPython(python, ['-c', code], { input: 'fed' });
  expect(result).toMatchObject({ code: 3, signal: null, stdout: 'fed\n', stderr: 'warned' });
});

test('ends the process and its children when aborted', async () => {
  const controller = new AbortController();
  const code =
    'import subprocess, sys; subprocess.run([sys.executable, "-c", "import time; time.sleep(60)"])';
  const started = Date.now();
  setTimeout(() => controller.abort(new Error('given up')), 200);
  await expect(runPython(python, ['-c', code], { signal: controller.signal })).rejects.toThrow('given up');
  expect(Date.now() - started).toBeLessThan(20_000);
});

test('names the program when it cannot be started', async () => {
  await expect(runPython('/no/python', [])).rejects.toMatchObject({ code: 'PYTHON_NOT_STARTED' });
});
