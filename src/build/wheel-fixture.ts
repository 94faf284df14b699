// Wheels and sdists for this room's tests, made in memory from the texts of their files.

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createZip, memberOf } from '#archive';

export interface WheelFixture {
  project: string;
  version: string;
  /** Paths in the wheel and their texts; METADATA, WHEEL and RECORD are added where they are missing. */
  files: Readonly<Record<string, string>>;
  executables?: readonly string[];
}

/** Writes `<project>-<version>-py3-none-any.whl` into `directory` and returns its path. */
export function writeWheel(directory: string, fixture: WheelFixture): string {
  const stem = `${fixture.project.replaceAll(/[-.]/g, '_')}-${fixture.version}`;
  const info = `${stem}.dist-info`;
  const files: Record<string, string> = {
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${fixture.project}\nVersion: ${fixture.version}\n`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    ...fixture.files,
  };
  files[`${info}/RECORD`] ??= recordOf(files);
  const members = Object.entries(files).map(([path, text]) =>
    memberOf(path, text, fixture.executables?.includes(path) === true ? 0o755 : 0o644),
  );
  const path = join(directory, `${stem}-py3-none-any.whl`);
  writeFileSync(path, createZip(members));
  return path;
}

function recordOf(files: Readonly<Record<string, string>>): string {
  return Object.entries(files)
    .map(
      ([path, text]) =>
        `${path},sha256=${createHash('sha256').update(text).digest('base64url')},${text.length}\n`,
    )
    .join('');
}
