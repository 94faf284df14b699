import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BuildError, hashBytes } from '#base';
import type { Assignment } from './configuration.ts';
import { createReading, type Reading } from './reading-fixture.ts';

const base = 'http://localhost/base.cfg';

function extendingUrl(options = ''): Reading {
  const reading = createReading({ 'buildout.cfg': `[buildout]\nextends = ${base}\n${options}` });
  reading.remote[base] = '[buildout]\nfoo = bar\n';
  return reading;
}

const offline: Assignment = { section: 'buildout', option: 'offline', value: 'true' };
const notNewest: Assignment = { section: 'buildout', option: 'newest', value: 'false' };

async function fooOf(reading: Reading, ...assignments: Assignment[]): Promise<string | undefined> {
  return (await reading.read({ assignments })).annotated.get('buildout')?.get('foo')?.value;
}

test('a URL is fetched, and relative names in it are relative to it', async () => {
  const reading = extendingUrl();
  reading.remote[base] = '[buildout]\nextends = sub/more.cfg\n';
  reading.remote['http://localhost/sub/more.cfg'] = '[buildout]\nfoo = more\n';
  expect(await fooOf(reading)).toBe('more');
  expect(reading.events).toContainEqual({ type: 'log', level: 'info', text: `Downloading ${base}` });
});

test('offline nothing is fetched', async () => {
  const reading = extendingUrl();
  await expect(fooOf(reading, offline)).rejects.toThrow(`Couldn't download '${base}' in offline mode.`);
  const fromCache: Assignment = { section: 'buildout', option: 'install-from-cache', value: 'true' };
  await expect(fooOf(reading, fromCache)).rejects.toThrow('in offline mode');
  expect(reading.fetched).toEqual([]);
});

test('the cache has files by the MD5 of their URL and helps when offline', async () => {
  const reading = extendingUrl('extends-cache = cache\n');
  const cache = join(reading.directory, 'cache');
  mkdirSync(cache);
  expect(await fooOf(reading)).toBe('bar');
  expect(readdirSync(cache)).toEqual(['6deb3e4bbf6ab4f846ecdc28f536401d']);
  expect(readFileSync(join(cache, hashBytes(base, 'md5')), 'utf8')).toBe('[buildout]\nfoo = bar\n');
  reading.remote[base] = '[buildout]\nfoo = new\n';
  expect(await fooOf(reading, offline)).toBe('bar');
  expect(await fooOf(reading, notNewest)).toBe('bar');
  expect(reading.fetched).toEqual([base]);
  expect(await fooOf(reading)).toBe('new');
  expect(await fooOf(reading, offline)).toBe('new');
});

test('the cached file serves when the network fails', async () => {
  const reading = extendingUrl('extends-cache = cache\n');
  mkdirSync(join(reading.directory, 'cache'));
  await fooOf(reading);
  delete reading.remote[base];
  expect(await fooOf(reading)).toBe('bar');
});

test('a cached file that is extended twice is fetched once', async () => {
  const reading = extendingUrl('extends-cache = cache\n');
  mkdirSync(join(reading.directory, 'cache'));
  reading.write({
    'buildout.cfg': `[buildout]\nextends = a.cfg b.cfg\nextends-cache = cache\n`,
    'a.cfg': `[buildout]\nextends = ${base}\n`,
    'b.cfg': `[buildout]\nextends = ${base}\n`,
  });
  await fooOf(reading);
  expect(reading.fetched).toEqual([base]);
});

test('offline and the cache are those of the user defaults and of the main file, not of files they extend', async () => {
  const reading = extendingUrl();
  reading.write({
    'buildout.cfg': '[buildout]\nextends = fancy.cfg\n',
    'fancy.cfg': `[buildout]\nextends = ${base}\noffline = true\n`,
  });
  expect(await fooOf(reading)).toBe('bar');
  reading.write({ 'home/.buildout/default.cfg': '[buildout]\noffline = true\n' });
  await expect(fooOf(reading)).rejects.toThrow('in offline mode');
});

test('a cache that does not exist, or that depends on other options, is refused', async () => {
  const missing = extendingUrl('extends-cache = cache\n');
  await expect(fooOf(missing)).rejects.toThrow("to be used as a download cache doesn't exist.");
  const reference = extendingUrl('extends-cache = ${buildout:dummy}\n');
  await expect(fooOf(reference)).rejects.toThrow(
    "extends-cache '${buildout:dummy}' may not contain ${section:variable} to expand.",
  );
});

test('a failed download says why and shows no credentials', async () => {
  const reading = createReading({
    'buildout.cfg': '[buildout]\nextends = http://me:secret@localhost/x.cfg\n',
  });
  const error: unknown = await reading.read().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(BuildError);
  expect(String(error)).toContain(
    'Error downloading extends for URL http://localhost/x.cfg: HTTP Error 404: Not Found',
  );
  expect(JSON.stringify(reading.events)).not.toContain('secret');
  reading.remote['http://me:secret@localhost/x.cfg'] = '[buildout]\nfoo = 1\n';
  expect(JSON.stringify([...((await reading.read()).annotated.get('buildout') ?? [])])).not.toContain(
    'secret',
  );
});

test('a faulty downloaded file is named by its URL and by where it lies', async () => {
  const reading = extendingUrl('extends-cache = cache\n');
  const cache = join(reading.directory, 'cache');
  mkdirSync(cache);
  reading.remote[base] = 'This is definitively not\n';
  await expect(fooOf(reading)).rejects.toThrow(
    `file: ${base} (downloaded as ${join(cache, hashBytes(base, 'md5'))}), line: 1\n'This is definitively not\\n'`,
  );
});

test('a relative cache directory in a remote file is ambiguous', async () => {
  const reading = extendingUrl();
  reading.remote[base] = '[buildout]\neggs-directory = eggs\n';
  await expect(fooOf(reading)).rejects.toThrow(`remote configuration file ("${base}") is ambiguous.`);
});

test('a main file by URL has no directory unless somebody gives one', async () => {
  const reading = createReading({});
  reading.remote[base] = '[buildout]\nfoo = 1\n';
  const configuration = await reading.read({ file: base });
  expect(configuration.annotated.get('buildout')?.has('directory')).toBe(false);
  expect(configuration).toMatchObject({ directory: reading.directory, file: base });
});

test('a file URL needs no network', async () => {
  const reading = createReading({ 'x.cfg': '[buildout]\nfoo = local\n', 'buildout.cfg': '' });
  reading.write({ 'buildout.cfg': `[buildout]\nextends = file://${reading.directory}/x.cfg\n` });
  expect(await fooOf(reading, offline)).toBe('local');
  expect(existsSync(join(reading.directory, 'cache'))).toBe(false);
});

test('a server that makes up new names for ever is stopped', async () => {
  const reading = createReading({ 'buildout.cfg': '[buildout]\nextends = http://localhost/0.cfg\n' });
  let count = 0;
  const fetchRemote = (): Promise<Uint8Array> =>
    Promise.resolve(Buffer.from(`[buildout]\nextends = ${(count += 1)}.cfg\n`));
  await expect(reading.read({ fetchRemote })).rejects.toThrow('Recursive file include');
});
