// `release egg`: a project's checkout is checked, its source archive and wheel are built from it, and what was built is
// checked too: a version that is meant to be released, under a tag that is free. Tagging and sending come after that.

import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { readWheelMetadata } from '#build';
import { buildProject, type EggSettings } from '#eggs';
import { parseCoreMetadata, parseVersion } from '#standards';
import { isWithin } from '../paths.ts';
import { examineChanges } from '../check/find-checkouts.ts';
import type { Finding, FindingCode } from '../check/finding.ts';
import { requireCheckout } from '../tag/tag-release.ts';
import type { Checkout } from '../version-control/checkout.ts';

export interface EggRequest {
  /** The project's directory, absolute. */
  directory: string;
  /** A fresh directory for what is built. */
  workDirectory: string;
  /** `{version}` and `{name}` stand for what was built. */
  tagFormat: string;
  allowed: ReadonlySet<FindingCode>;
}

export interface EggRelease {
  directory: string;
  checkout: Checkout;
  name: string;
  version: string;
  tag: string;
  /** The tag is there and names exactly this: an earlier release of it did not get to its end. */
  isTagged: boolean;
  /** The source archive and the wheel. */
  files: readonly string[];
  /** What stands against it; nothing was built when the checkout is not clean. */
  findings: readonly Finding[];
}

/** Changes nothing outside `workDirectory`. Fails as a build does, or with `RELEASE_NO_CHECKOUT`. */
export async function prepareEgg(request: EggRequest, settings: EggSettings): Promise<EggRelease> {
  const { directory, workDirectory, allowed } = request;
  const checkout = requireCheckout(directory, settings);
  const isAllowed = ({ code }: Finding): boolean => allowed.has(code);
  const changes = (await examineChanges(checkout, (path) => isBuilt(directory, path))).filter(
    (finding) => !isAllowed(finding),
  );
  const unknown = { directory, checkout, name: basename(directory), version: '', tag: '', isTagged: false };
  if (changes.length > 0) return { ...unknown, files: [], findings: changes };
  const built = await buildProject(settings, { directory, output: workDirectory, name: basename(directory) });
  const { name, version, requiresDist } = parseCoreMetadata(readWheelMetadata(built.wheel));
  const tag = request.tagFormat.replaceAll('{version}', version).replaceAll('{name}', name);
  const isTagged = (await checkout.tags()).includes(tag);
  const findings = [
    ...findUnreleased(directory, name, version),
    ...findDirectReferences(directory, name, requiresDist),
    ...(!isTagged && (await checkout.hasTag(tag)) ? [tagExists(checkout, tag)] : []),
  ].filter((finding) => !isAllowed(finding));
  return { directory, checkout, name, version, tag, isTagged, files: [built.sdist, built.wheel], findings };
}

/** Copies what was built to where the user wants it; the paths there. */
export function keepFiles(files: readonly string[], directory: string): string[] {
  mkdirSync(directory, { recursive: true });
  return files.map((file) => {
    const target = join(directory, basename(file));
    rmSync(target, { force: true });
    cpSync(file, target);
    return target;
  });
}

/** What building leaves in a project is no change of it, nor is anything outside it. */
function isBuilt(directory: string, path: string): boolean {
  if (!isWithin(directory, path)) return true;
  const [top = ''] = relative(directory, path).split('/');
  return /^(?:build|dist|.*\.egg-info)$/.test(top) || path.includes('.egg-info/');
}

function findUnreleased(directory: string, name: string, version: string): Finding[] {
  const { dev, local } = parseVersion(version);
  if (dev === undefined && local === undefined) return [];
  const what = dev === undefined ? 'a local version' : 'a development version';
  const message = `${name} ${version} is ${what}`;
  return [{ code: 'unreleased-version', message, where: { file: directory } }];
}

function findDirectReferences(directory: string, name: string, requires: readonly string[]): Finding[] {
  return requires
    .filter((line) => /^[^;]*\s@\s/.test(line))
    .map((line) => ({
      code: 'direct-reference',
      message: `${name} requires \`${line.replace(/\/\/[^/@]*@/, '//****@')}\``,
      where: { file: directory },
    }));
}

function tagExists({ root }: Checkout, tag: string): Finding {
  const message = `the tag \`${tag}\` exists already in \`${root}\`, and names something else`;
  return { code: 'tag-exists', message, where: { file: root } };
}
