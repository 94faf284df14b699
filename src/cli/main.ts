// Where the program starts. V8's compiled code of everything else is kept in the user's own cache: in a directory that
// others can write to it would be a way to run code as this user.

import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { defaultCacheDirectory } from '#base';

// `plan` writes nothing at all.
if (!process.argv.includes('plan')) enableCompileCache(join(defaultCacheDirectory(), 'compiled'));

await import('./run-program.ts');
