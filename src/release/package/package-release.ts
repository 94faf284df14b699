// `release rpm`: packages of the system from a bundle, and a source package from a source release.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '#base';
import { readSourceDateEpoch } from '../source-date-epoch.ts';
import { parseManifest, type ReleaseManifest } from '../tree/index.ts';
import { noInput, unpackRelease } from '../unpack-release.ts';
import { buildDeb } from './build-deb.ts';
import { buildRpms } from './build-rpm.ts';
import { packageFacts, type PackageOptions } from './package-facts.ts';

export interface PackageOrder extends PackageOptions {
  /** A bundle, packed or unpacked. */
  bundle: string;
  kind: 'rpm' | 'deb';
  /** A source release, for a source package; only for `rpm`. */
  source?: string | undefined;
  /** More words for the `release bundle` that the source package runs. */
  sourceWords?: readonly string[];
  output: string;
  workDirectory: string;
  environment: Environment;
  /** To run the bundle's program with. */
  python: string;
  signal?: AbortSignal | undefined;
}

export interface MadePackages {
  paths: readonly string[];
  /** What the user should know, one sentence each. */
  remarks: readonly string[];
}

/** Writes the packages into `output`; fails with `RELEASE_NO_INPUT` when the bundle is none. */
export async function packageRelease(order: PackageOrder): Promise<MadePackages> {
  const { bundle, kind, source, environment } = order;
  const { directory, close } = await unpackRelease(bundle);
  try {
    const facts = packageFacts(readManifest(directory, bundle), order);
    const common = { ...order, facts, bundle: directory, epoch: readSourceDateEpoch(environment) };
    mkdirSync(order.output, { recursive: true });
    if (kind === 'rpm') {
      const words = order.sourceWords ?? [];
      const paths = await buildRpms({
        ...common,
        source: source === undefined ? undefined : { file: source, words },
      });
      return { paths, remarks: [] };
    }
    const { path, unresolved } = await buildDeb(common);
    return {
      paths: [path],
      remarks: unresolved.map((name) => `no package here has \`${name}\`, so this one does not ask for it`),
    };
  } finally {
    close();
  }
}

function readManifest(directory: string, bundle: string): ReleaseManifest {
  const file = join(directory, 'manifest.json');
  const isBundle = ['manifest.json', 'tree', 'install.py'].every((name) => existsSync(join(directory, name)));
  if (isBundle) return parseManifest(readFileSync(file, 'utf8'), file);
  throw noInput(
    bundle,
    'is no bundle',
    'make one with `clutch release bundle --prefix DIR`, and name its archive',
  );
}
