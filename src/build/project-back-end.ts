// Which PEP 517 back end a project's pyproject.toml names, and what it requires.

/** Obtains build requirements and gives their `sys.path` entries, dependencies included. */
export type RequirementsFor = (requirements: readonly string[]) => Promise<readonly string[]>;
