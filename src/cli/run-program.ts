// One run of the program: reads the command line, runs, prints a failure, and ends with its exit code.

import { BuildError, isWorkUnderWay } from '#base';
import { createConsole } from './create-console.ts';
import { parseCommandLine } from './parse-command-line.ts';
import { formatFailure } from './report-failure.ts';
import { runCommand } from './run-command.ts';
import { writeWhole } from './standard-output.ts';

const hints = process.stderr.isTTY || process.env['CLUTCH_HINTS'] === '1';
const terminal = createConsole(process.stderr.isTTY && process.env['TERM'] !== 'dumb', hints);
const interrupted = new AbortController();

// A second Ctrl-C does not wait for anything.
process.on('SIGINT', () => {
  if (interrupted.signal.aborted) process.exit(130);
  interrupt();
});
process.on('SIGTERM', interrupt);

process.exitCode = await main();
terminal.clear();
// Idle connections and workers must not keep a finished run alive.
process.exit();

/**
 * What can stop in order does: the recipe at work, and builds with all they started. A download or the like is not waited
 * for: what it leaves is what a killed run leaves.
 */
function interrupt(): void {
  const reason = new BuildError('INTERRUPTED', 'Interrupted', {
    hint: 'run it again to go on with the next part',
  });
  interrupted.abort(reason);
  setTimeout(() => endUnlessWorkIsUnderWay(reason), 700).unref();
}

/** A recipe may have to clean up; one that does not end is killed, and then the run ends by itself. */
function endUnlessWorkIsUnderWay(reason: BuildError): void {
  if (isWorkUnderWay()) {
    setTimeout(() => endUnlessWorkIsUnderWay(reason), 100).unref();
    return;
  }
  terminal.clear();
  writeWhole(2, formatFailure(reason, hints).text);
  process.exit(130);
}

async function main(): Promise<number> {
  try {
    const line = parseCommandLine(process.argv.slice(2));
    return await runCommand(line, {
      environment: process.env,
      cwd: process.cwd(),
      argv: [process.argv[1] ?? 'buildout', ...process.argv.slice(2)],
      report: terminal.report,
      signal: interrupted.signal,
    });
  } catch (error) {
    terminal.clear();
    const failure = formatFailure(error, hints);
    writeWhole(2, failure.text);
    return failure.exitCode;
  }
}
