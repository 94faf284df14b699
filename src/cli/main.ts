// Where the program starts. V8's compiled code of everything else is kept in the user's own cache: in a directory that
// others can write to it would be a way to run code as this user.

import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { defaultCacheDirectory } from '#base';

// Spelt as only bin/buildout spells it: for this process, not for those that it starts.
if (process.env['MALLOC_ARENA_MAX'] === '02') delete process.env['MALLOC_ARENA_MAX'];
// `plan` writes nothing at all.
if (!process.argv.includes('plan')) enableCompileCache(join(defaultCacheDirectory(), 'compiled'));

await import('./run-program.ts');
