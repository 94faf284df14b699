// The SBOM of a release: CycloneDX 1.6, one component for each egg and for each part that was fetched, with what wheels
// say they contain merged in. A function of the tree alone: the same release has the same document.

import type { MarkerEnvironment } from '#standards';
import type { EggOrigins } from '../bundle/egg-origins.ts';
import type { ReleaseManifest, Tree } from '../tree/index.ts';
import { pypiPurl, uuidOf, type Component, type Dependency, type Sbom } from './cyclonedx.ts';
import { describeParts, type FetchedPart } from './describe-parts.ts';
import { linkEggs } from './link-eggs.ts';
import { readContained, type Contained } from './merge-wheel-sboms.ts';
import { readEggs, type EggInTree } from './read-eggs.ts';
import { readLicenses } from './read-licenses.ts';

export interface SbomOrder {
  directory: string;
  tree: Tree;
  manifest: Pick<ReleaseManifest, 'name' | 'version' | 'root'>;
  origins: EggOrigins;
  parts: readonly FetchedPart[];
  markers: MarkerEnvironment;
  /** Of this program. */
  toolVersion: string;
  /** Seconds since 1970, when somebody said what time it is. */
  epoch?: number | undefined;
}

export interface CreatedSbom {
  sbom: Sbom;
  /** Documents in wheels that are not CycloneDX in JSON. */
  unread: readonly string[];
}

export function createSbom(order: SbomOrder): CreatedSbom {
  const { manifest, epoch, toolVersion } = order;
  const eggs = readEggs(order.directory, order.tree);
  const refs = refsOf(eggs, order.origins);
  const contained = eggs.map((egg) => readContained(egg, refs.get(egg.path) ?? egg.path));
  const parts = describeParts(order.parts);
  const main: Component = {
    type: 'application',
    'bom-ref': `${manifest.name}@${manifest.version}`,
    name: manifest.name,
    version: manifest.version,
    properties: [{ name: 'clutch:root', value: manifest.root }],
  };
  const components = [...eggs.map((egg) => describeEgg(egg, { ...order, refs })), ...parts];
  const sbom: Sbom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(`${manifest.name} ${manifest.version} ${manifest.root}`)}`,
    version: 1,
    metadata: {
      ...(epoch === undefined ? {} : { timestamp: new Date(epoch * 1000).toISOString() }),
      tools: { components: [{ type: 'application', name: 'clutch', version: toolVersion }] },
      component: main,
    },
    components: [...components, ...contained.flatMap(({ components: inner }) => inner)].sort(byRef),
    dependencies: linkAll({ main, eggs, refs, parts, contained, markers: order.markers }),
  };
  return { sbom, unread: contained.flatMap(({ unread }) => unread) };
}

type Refs = ReadonlyMap<string, string>;

/** A package URL says where a package is published: what was developed here is not. */
function refsOf(eggs: readonly EggInTree[], origins: EggOrigins): Refs {
  const taken = new Set<string>();
  return new Map(
    eggs.map((egg) => {
      const { name, version } = egg.metadata;
      const ref = isPublished(egg, origins) ? pypiPurl(name, version) : `${name}@${version}`;
      const unique = taken.has(ref) ? `${ref}#${egg.path}` : ref;
      taken.add(unique);
      return [egg.path, unique];
    }),
  );
}

function isPublished(egg: EggInTree, origins: EggOrigins): boolean {
  return origins.has(egg.path) || !egg.path.startsWith('develop-eggs/');
}

function describeEgg(egg: EggInTree, { origins, refs }: SbomOrder & { refs: Refs }): Component {
  const { metadata, path } = egg;
  const origin = origins.get(path);
  const licenses = readLicenses(metadata);
  const { summary } = metadata;
  return {
    type: 'library',
    'bom-ref': refs.get(path) ?? path,
    name: metadata.name,
    version: metadata.version,
    ...(summary === undefined || summary === '' ? {} : { description: summary }),
    ...(isPublished(egg, origins) ? { purl: pypiPurl(metadata.name, metadata.version) } : {}),
    ...(origin === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: origin.sha256 }] }),
    ...(licenses === undefined ? {} : { licenses }),
    properties: [
      { name: 'clutch:path', value: path },
      ...(origin === undefined ? [] : [{ name: 'clutch:file', value: origin.file }]),
    ],
  };
}

interface Linking {
  main: Component;
  eggs: readonly EggInTree[];
  refs: Refs;
  parts: readonly Component[];
  contained: readonly Contained[];
  markers: MarkerEnvironment;
}

/** The application needs what nothing else needs. */
function linkAll({ main, eggs, refs, parts, contained, markers }: Linking): Dependency[] {
  const links = new Map<string, Set<string>>();
  const add = (ref: string, targets: readonly string[]): void => {
    const known = links.get(ref) ?? new Set();
    for (const target of targets) known.add(target);
    links.set(ref, known);
  };
  for (const [path, targets] of linkEggs(eggs, markers)) {
    add(
      refs.get(path) ?? path,
      targets.map((target) => refs.get(target) ?? target),
    );
  }
  for (const { ref, dependsOn = [] } of contained.flatMap(({ dependencies }) => dependencies))
    add(ref, dependsOn);
  const inner = contained.flatMap(({ components }) => components);
  for (const component of [...parts, ...inner]) add(component['bom-ref'], []);
  add(main['bom-ref'], rootsOf(links));
  return [...links]
    .map(([ref, targets]): Dependency =>
      targets.size === 0 ? { ref } : { ref, dependsOn: [...targets].sort() },
    )
    .sort((left, right) => (left.ref < right.ref ? -1 : 1));
}

/** What nothing needs, and one of each circle that would be out of reach. */
function rootsOf(links: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const needed = new Set([...links.values()].flatMap((targets) => [...targets]));
  const all = [...links.keys()].sort();
  const roots = all.filter((ref) => !needed.has(ref));
  const reached = new Set<string>();
  const reach = (ref: string): void => {
    const pending = [ref];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      pending.push(...(links.get(next) ?? []));
    }
  };
  for (const root of roots) reach(root);
  for (const ref of all) {
    if (reached.has(ref)) continue;
    roots.push(ref);
    reach(ref);
  }
  return roots;
}

function byRef(left: Component, right: Component): number {
  return left['bom-ref'] < right['bom-ref'] ? -1 : 1;
}
