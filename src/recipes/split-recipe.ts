// The value of a `recipe` option in its two halves.

export interface RecipeName {
  /** A requirement (`zc.recipe.egg>=2`), or `npm:PACKAGE`. */
  readonly spec: string;
  /** The entry point in the group `zc.buildout`, or the name an npm package exports. */
  readonly entry: string;
}

const npmPrefix = 'npm:';

/** `spec:entry`; the entry is `default` when none is given. */
export function splitRecipe(recipe: string): RecipeName {
  const prefix = recipe.startsWith(npmPrefix) ? npmPrefix : '';
  const rest = recipe.slice(prefix.length);
  const colon = rest.indexOf(':');
  if (colon === -1) return { spec: recipe, entry: 'default' };
  return { spec: prefix + rest.slice(0, colon), entry: rest.slice(colon + 1) };
}

/** The package's name when the spec is one of npm's. */
export function tryNpmPackage(spec: string): string | undefined {
  return spec.startsWith(npmPrefix) ? spec.slice(npmPrefix.length) : undefined;
}
