// The recipe host: recipes and extensions written for zc.buildout run unmodified in one Python process per run, with
// the real zc.buildout in it and its configuration and installer replaced by calls into this program. The Python side
// is `python/clutch_host`; the two talk JSON lines over file descriptor 3, so stdin, stdout and stderr stay the user's.
//
// Hard cases: calls nest both ways (a recipe reads an option, which initialises a section, whose recipe is made in the
// host, which reads another option), strictly last in, first out; an error that crosses the border and comes back is
// the same error; the process may die, exit, fork or never return, and the run still ends with one clear message.

export { createRecipeHost } from './create-recipe-host.ts';
export { expectHost } from './expected-host.ts';
export { pinsForRecipes } from './host-distributions.ts';
export { RecipeException, RecipeExit } from './recipe-failures.ts';
