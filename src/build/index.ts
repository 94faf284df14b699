// `build`: from a file to an egg. A wheel or an `.egg` is laid out as zc.buildout 6 lays it out; an sdist or a checkout
// becomes a wheel through its PEP 517 back end in isolation; a develop egg comes from the back end's PEP 660 hook.
// What a build requires is handed in as `sys.path` entries; where the egg goes afterwards is the business of `eggs`.
//
// Hard cases: zc.buildout's eggs are what is left of `pip install -t` after `make_egg_after_pip_install`, so scripts,
// headers and data files are gone and namespace `__init__.py` files too; archives are hostile; a build must not see
// the user's site-packages, variables or paths.

export { eggFromWheel, type BuiltEgg } from './egg-from-wheel.ts';
export { eggFromEggFile } from './egg-from-egg-file.ts';
export { buildArchive } from './build-archive.ts';
export { buildSdist, type BuildSdistOptions } from './build-sdist.ts';
export { checkOut, parseCheckoutLink, readRemoteRevision, type CheckoutLink } from './check-out.ts';
export { developEgg, type DevelopedEgg, type DevelopEggOptions } from './develop-egg.ts';
export { tryReadEggFileMetadata } from './read-egg-file-metadata.ts';
export { readDeclaredRequirements } from './read-declared-requirements.ts';
export { readWheelMetadata, readWheelTexts } from './read-wheel-metadata.ts';
export type { RequirementsFor } from './project-back-end.ts';
