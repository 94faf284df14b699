// An environment section: variables for a build, whose values may name others as `%(NAME)s`.

import { BuildError, pythonRepr, type Environment } from '#base';

/** `environment` with the variables set one after the other, so that a later one sees an earlier one. */
export function extendEnvironment(
  environment: Environment,
  variables: Iterable<readonly [name: string, value: string]>,
): Environment {
  const extended: Record<string, string | undefined> = { ...environment };
  for (const [name, value] of variables) extended[name] = interpolate(name, value, extended);
  return extended;
}

// Python's `value % os.environ`, of which only `%(NAME)s` and `%%` make sense here.
function interpolate(name: string, value: string, environment: Environment): string {
  return value.replaceAll(
    /%(?:\(([^)]*)\)s|(.?))/gs,
    (whole, variable: string | undefined, other: string) => {
      if (variable === undefined) {
        if (other === '%') return '%';
        throw invalid(
          name,
          `\`${whole}\` is not a reference`,
          'write `%(NAME)s`, and `%%` for a percent sign',
        );
      }
      const replacement = environment[variable];
      if (replacement !== undefined) return replacement;
      throw invalid(
        name,
        `${pythonRepr(variable)} is not set`,
        `set ${variable} in the environment or in a line before`,
      );
    },
  );
}

function invalid(name: string, reason: string, hint: string): BuildError {
  return new BuildError('INVALID_ENVIRONMENT', `Cannot set the environment variable \`${name}\`: ${reason}`, {
    where: { option: name },
    hint,
  });
}
