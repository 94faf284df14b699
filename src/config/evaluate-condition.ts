// Conditional sections: a PEP 508 marker first, as zc.buildout tries it first; then a comparison or boolean
// combination of names we know; anything else is for Python itself.

import { BuildError } from '#base';
import { evaluateMarker, parseMarker, type Marker } from '#standards';
import type { Condition, EvaluateCondition, PythonFacts, ReadConfigurationOptions } from './configuration.ts';
import { tryEvaluatePython } from './evaluate-python.ts';

/** An evaluator that asks for facts when the first condition comes, and remembers each expression's answer. */
export function createConditionEvaluator(
  hooks: Pick<ReadConfigurationOptions, 'pythonFacts' | 'evaluateExpression'>,
): EvaluateCondition {
  let facts: PythonFacts | undefined;
  const answers = new Map<string, boolean>();
  return async (condition) => {
    const known = answers.get(condition.expression);
    if (known !== undefined) return known;
    facts ??= await hooks.pythonFacts();
    const answer =
      evaluateHere(condition, facts) ?? (await hooks.evaluateExpression(condition.expression, condition));
    answers.set(condition.expression, answer);
    return answer;
  };
}

function evaluateHere(condition: Condition, { facts, markers }: PythonFacts): boolean | undefined {
  const { expression } = condition;
  const marker = tryParseMarker(expression);
  if (marker !== undefined) return evaluateAt(condition, () => evaluateMarker(marker, markers));
  const values = new Map<string, boolean | string>(Object.entries(facts));
  values.set('sys.platform', markers.sys_platform);
  values.set('os.name', markers.os_name);
  return tryEvaluatePython(expression, values);
}

function tryParseMarker(text: string): Marker | undefined {
  try {
    return parseMarker(text);
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}

/** A marker may be well formed and have no answer; then the place is what the user needs. */
function evaluateAt({ file, line, section }: Condition, evaluate: () => boolean): boolean {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new BuildError(error.code, error.message, { where: { file, line, section }, cause: error });
  }
}
