// `recipes`: the recipe interface, the recipes that are built in (zc.recipe.egg), those from npm, and the recipe host
// in which Python recipes run unmodified. `loadRecipe` decides which of the three a `recipe = …` line names.
//
// Hard cases: a built-in recipe sets the very options that the Python one sets, since `.installed.cfg` records them
// and a change reinstalls the part; a part's signature names the distributions zc.buildout would have loaded, so both
// programs take over each other's directories without reinstalling.

export type {
  BuildoutHandle,
  InstalledPaths,
  Recipe,
  RecipeContext,
  RecipeFactory,
  RecipeHost,
  RecipePreview,
  UninstallRequest,
} from './recipe.ts';
export { findBuiltIn } from './built-in-recipes.ts';
export { installExtensions, loadRecipe, uninstallRecipe, type UninstallTarget } from './load-recipe.ts';
export { recipeSignature } from './recipe-signature.ts';
export {
  fetchReferenceDistribution,
  isStandIn,
  standIns,
  tellWhatRecipesRunOn,
} from './reference-distributions.ts';
export { splitRecipe, type RecipeName } from './split-recipe.ts';
export { forgetDevelopHashes } from './hash-develop-directory.ts';
export { pythonJoin } from './python-join.ts';
export { createRecipeHost, expectHost, RecipeException, RecipeExit } from './host/index.ts';
