import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openRecords, type Records } from '../records/open-records.ts';
import { describeAll, describeByFile, describeProject } from './describe-project.ts';

function openForTest(): Records {
  const directory = mkdtempSync(join(tmpdir(), 'clutch-records-'));
  const records = openRecords(join(directory, 'records.sqlite'));
  onTestFinished(() => {
    records.close();
    rmSync(directory, { recursive: true });
  });
  return records;
}

/** Records a file as an upload does, but for what is said about its project. */
function addFile(records: Records, name: string, version: string): number {
  const { id } = records.projects.ensure(name.toLowerCase().replaceAll('.', '-'), name, 1);
  const filename = `${name}-${version}.tar.gz`;
  records.projects.saveMetadata(filename, metadataOf(name, version));
  records.files.insert({
    projectId: id,
    filename,
    nameKey: filename,
    version,
    isLegacy: version.startsWith('dev'),
    kind: 'sdist',
    sha256: filename,
    size: 1,
    metadataHash: filename,
    channel: 'staging',
    uploader: 'ci',
    now: 1,
  });
  return id;
}

function metadataOf(name: string, version: string): Buffer {
  return Buffer.from(
    `Name: ${name}\nVersion: ${version}\nSummary: What ${version} is\nKeywords: one,two\n\n`,
  );
}

const found = (records: Records, ...words: string[]): string[] =>
  records.search.find({ words, limit: 10, offset: 0 }).map(({ name, version }) => `${name} ${version}`);

test('the newest version speaks for its project, whichever comes first', () => {
  const records = openForTest();
  for (const version of ['1.10', '1.9', '1.0']) {
    const id = addFile(records, 'Acme.Core', version);
    describeByFile(records, id, { version, metadata: metadataOf('Acme.Core', version) });
  }
  expect(records.search.of('acme-core')).toEqual({
    name: 'acme-core',
    displayName: 'Acme.Core',
    summary: 'What 1.10 is',
    version: '1.10',
  });
  expect(found(records, 'acme.core')).toEqual(['acme-core 1.10']);
  expect(found(records, 'acme_core', 'two')).toEqual(['acme-core 1.10']);
});

test('when the newest file goes the next one speaks, and nothing when all are gone', () => {
  const records = openForTest();
  addFile(records, 'a', '1.0');
  const id = addFile(records, 'a', '2.0');
  describeProject(records, id);
  expect(found(records, 'what')).toEqual(['a 2.0']);
  const remove = (version: string): void => {
    records.files.remove(
      records.files.ofVersion(id, version).map((file) => file.id),
      2,
    );
    describeProject(records, id);
  };
  remove('2.0');
  expect(found(records, 'what')).toEqual(['a 1.0']);
  remove('1.0');
  expect(found(records)).toEqual([]);
  expect(records.search.count([])).toBe(0);
});

test('a version outside PEP 440 speaks while there is no other', () => {
  const records = openForTest();
  const id = addFile(records, 'old', 'dev-r7');
  describeByFile(records, id, { version: 'dev-r7', metadata: metadataOf('old', 'dev-r7') });
  expect(found(records, 'old')).toEqual(['old dev-r7']);
  addFile(records, 'old', '0.1');
  describeByFile(records, id, { version: '0.1', metadata: metadataOf('old', '0.1') });
  expect(found(records, 'old')).toEqual(['old 0.1']);
});

test('projects of before there was a search are described when the records are opened', async () => {
  const records = openForTest();
  addFile(records, 'early', '1.0');
  expect(found(records, 'early')).toEqual([]);
  await describeAll(records);
  expect(found(records, 'early')).toEqual(['early 1.0']);
});

test('names come before summaries, and the name itself first', () => {
  const records = openForTest();
  for (const name of ['zope.event', 'event', 'my.event', 'other']) {
    const id = addFile(records, name, '1.0');
    const metadata = Buffer.from(`Name: ${name}\nVersion: 1.0\nSummary: has an event\n\n`);
    describeByFile(records, id, { version: '1.0', metadata });
  }
  expect(found(records, 'event')).toEqual(['event 1.0', 'my-event 1.0', 'zope-event 1.0', 'other 1.0']);
  expect(found(records, 'ev')).toEqual(found(records, 'event'));
});
