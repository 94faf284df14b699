// A conditional section's expression that is more than known names: the chosen Python decides, with the names that
// zc.buildout offers (buildout.py, `_default_globals`).

import type { Environment } from '#base';
import { runPython, type PythonDescription } from '#python';

// The expression is the inside of a list, as zc.buildout wraps it, so a comment in it ends nothing.
const program = `
import json, os, platform, re, sys
expression, facts = json.loads(sys.argv[1])
names = dict(facts, os=os, platform=platform, re=re, sys=sys)
sys.stdout.write(json.dumps(bool(eval("[" + expression + "\\n]", names)[0])))
`;

/** Whether `expression` holds in that Python; its exception becomes a BuildError with Python's own words. */
export async function evaluateExpression(
  expression: string,
  python: PythonDescription,
  environment: Environment,
): Promise<boolean> {
  const question = JSON.stringify([expression, python.facts]);
  const result = await runPython(python.executable, ['-I', '-c', program, question], { env: environment });
  if (result.code === 0) return result.stdout.trim() === 'true';
  const reason = result.stderr.trim().split('\n').at(-1) ?? '';
  throw Object.assign(new Error(reason), { traceback: result.stderr });
}
