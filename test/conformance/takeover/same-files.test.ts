// The same configuration through both programs, each in a fresh directory: file by file they make the same, on the
// first run and on the second. Filtered: the directory's own path; the signatures of built-in recipes, which hash the
// Python's site-packages in zc.buildout; an egg's direct_url.json, which we leave out
// since it tells local paths; what is named in the RECORD of develop eggs and not there.

import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configurations } from './configurations.ts';
import { assertSuccess, listFiles, placeForTest, readInstalled, type Place } from './two-programs.ts';

const names = Object.keys(configurations);

test.each(names)('both programs write the same files: %s', async (name) => {
  const files = { 'buildout.cfg': configurations[name] ?? '' };
  const [ours, theirs] = [await placeForTest(files), await placeForTest(files)];
  for (const round of ['first', 'second']) {
    assertSuccess(await ours.clutch());
    assertSuccess(await theirs.zcBuildout());
    expect(listEggs(ours), round).toEqual(listEggs(theirs));
    for (const folder of ['bin', 'develop-eggs', 'parts']) {
      expect(readFolder(ours, folder), round).toEqual(readFolder(theirs, folder));
    }
    expect(await readComparableRecord(ours), round).toEqual(await readComparableRecord(theirs));
  }
});

function withoutPath(text: string, place: Place): string {
  return text.replaceAll(place.directory, '<buildout>').replaceAll(place.server.url, '<server>');
}

/** Text and mode of every file by name. */
function readFolder(place: Place, folder: string): Record<string, string> {
  const root = join(place.directory, folder);
  return Object.fromEntries(
    listFiles(root).map((name) => {
      const text = withoutPath(readFileSync(join(root, name), 'utf8'), place);
      const mode = (lstatSync(join(root, name)).mode & 0o777).toString(8);
      return [name, `${mode} ${name.endsWith('/RECORD') ? comparableRecord(text, root) : text}`];
    }),
  );
}

/** pip's RECORD of a develop egg also names files that zc.buildout throws away, and hashes paths. */
function comparableRecord(text: string, root: string): string {
  const names = text.split('\n').map((line) => line.split(',')[0] ?? '');
  return names
    .filter((name) => listFiles(root).includes(name))
    .sort()
    .join('\n');
}

function listEggs(place: Place): string[] {
  return listFiles(join(place.directory, 'eggs')).filter((name) => !name.endsWith('/direct_url.json'));
}

async function readComparableRecord(place: Place): Promise<unknown> {
  const record = await readInstalled(place.directory);
  for (const [name, options] of Object.entries(record)) {
    for (const [option, value] of Object.entries(options)) options[option] = withoutPath(value, place);
    if (options['recipe']?.startsWith('zc.recipe.egg') === true) delete options['__buildout_signature__'];
    record[name] = options;
  }
  return record;
}
