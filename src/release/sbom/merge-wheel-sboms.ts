// What wheels say they contain: CycloneDX documents in `.dist-info/sboms` (PEP 770), of any version and from anybody. Only
// fields of a known shape are taken over, so that whatever is in there, ours stays valid.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tryReadText } from '#base';
import { canonicalizeName } from '#standards';
import type { Component, Dependency, Licenses } from './cyclonedx.ts';
import type { EggInTree } from './read-eggs.ts';

export interface Contained {
  /** With references that are unique beside those of other eggs. */
  components: readonly Component[];
  dependencies: readonly Dependency[];
  /** Documents of the egg that could not be read as CycloneDX in JSON, relative to the tree. */
  unread: readonly string[];
}

const largestDocument = 16 * 2 ** 20;
const mostComponents = 20_000;

/** All documents of one egg, which `ref` stands for in ours. */
export function readContained(egg: EggInTree, ref: string): Contained {
  const directory = join(egg.metadataDirectory, 'sboms');
  const components = new Map<string, Component>();
  const dependencies = new Map<string, Set<string>>();
  const unread: string[] = [];
  for (const name of namesIn(directory)) {
    const document = parseDocument(join(directory, name));
    if (document === undefined)
      unread.push(`${egg.path}/${egg.metadataDirectory.split('/').at(-1)}/sboms/${name}`);
    else takeOver(document, { egg, ref, components, dependencies });
  }
  holdAll(ref, [...components.keys()], dependencies);
  return {
    components: [...components.values()],
    dependencies: [...dependencies].map(([from, targets]) => ({ ref: from, dependsOn: [...targets].sort() })),
    unread,
  };
}

/** What no other component needs is the egg's own. */
function holdAll(ref: string, components: readonly string[], dependencies: Map<string, Set<string>>): void {
  const needed = new Set([...dependencies.values()].flatMap((targets) => [...targets]));
  const own = components.filter((component) => !needed.has(component));
  if (own.length > 0) dependencies.set(ref, new Set([...(dependencies.get(ref) ?? []), ...own]));
}

function namesIn(directory: string): string[] {
  const isDirectory = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
  return isDirectory ? readdirSync(directory).sort() : [];
}

type Json = Readonly<Record<string, unknown>>;

function parseDocument(path: string): Json | undefined {
  if (!path.endsWith('.json') || statSync(path).size > largestDocument) return undefined;
  try {
    const value: unknown = JSON.parse(tryReadText(path) ?? '');
    return isObject(value) && value['bomFormat'] === 'CycloneDX' ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

interface Target {
  egg: EggInTree;
  ref: string;
  components: Map<string, Component>;
  dependencies: Map<string, Set<string>>;
}

function takeOver(document: Json, target: Target): void {
  const refs = new Map<string, string>();
  const metadata = isObject(document['metadata']) ? document['metadata'] : {};
  const main = isObject(metadata['component']) ? metadata['component'] : {};
  // Whatever describes the egg itself is the egg.
  noteSelf(main, refs, target.ref);
  const all = [...listOf(main['components']), ...listOf(document['components'])].slice(0, mostComponents);
  for (const item of all) addComponent(item, refs, target);
  for (const item of listOf(document['dependencies'])) {
    const from = refs.get(textOf(item['ref']) ?? '');
    if (from === undefined) continue;
    const known = target.dependencies.get(from) ?? new Set<string>();
    target.dependencies.set(from, known);
    const on = Array.isArray(item['dependsOn']) ? item['dependsOn'] : [];
    for (const ref of on) {
      const to = typeof ref === 'string' ? refs.get(ref) : undefined;
      if (to !== undefined && to !== from) known.add(to);
    }
  }
}

function noteSelf(component: Json, refs: Map<string, string>, ref: string): void {
  const own = textOf(component['bom-ref']);
  if (own !== undefined) refs.set(own, ref);
}

function addComponent(item: Json, refs: Map<string, string>, target: Target): void {
  const { egg, ref, components } = target;
  const name = textOf(item['name']);
  const type = textOf(item['type']);
  if (name === undefined || type === undefined || !types.has(type)) return;
  const isSelf = canonicalizeName(name) === canonicalizeName(egg.metadata.name) && type === 'library';
  if (isSelf && textOf(item['version']) === egg.metadata.version) {
    noteSelf(item, refs, ref);
    return;
  }
  const own = textOf(item['bom-ref']) ?? textOf(item['purl']) ?? `${name}@${textOf(item['version']) ?? ''}`;
  const unique = `${ref}#${own}`;
  refs.set(own, unique);
  if (!components.has(unique)) components.set(unique, plainComponent(item, { type, name, unique }));
}

const types = new Set([
  'application',
  'framework',
  'library',
  'container',
  'platform',
  'operating-system',
  'device',
  'device-driver',
  'firmware',
  'file',
  'machine-learning-model',
  'data',
  'cryptographic-asset',
]);
const texts = ['version', 'group', 'description', 'author', 'publisher', 'copyright', 'purl'];

function plainComponent(
  item: Json,
  { type, name, unique }: { type: string; name: string; unique: string },
): Component {
  const component: Component = { type, 'bom-ref': unique, name };
  for (const field of texts) {
    const text = textOf(item[field]);
    if (text !== undefined) component[field] = text;
  }
  const hashes = listOf(item['hashes']).flatMap(plainHash);
  if (hashes.length > 0) component.hashes = hashes;
  const licenses = plainLicenses(listOf(item['licenses']));
  if (licenses !== undefined) component.licenses = licenses;
  return component;
}

const hashLengths: Readonly<Record<string, number>> = {
  MD5: 32,
  'SHA-1': 40,
  'SHA-256': 64,
  'SHA-384': 96,
  'SHA-512': 128,
};

function plainHash(item: Json): { alg: string; content: string }[] {
  const [alg, content] = [textOf(item['alg']) ?? '', textOf(item['content']) ?? ''];
  const isHash = /^[a-fA-F0-9]+$/.test(content) && hashLengths[alg] === content.length;
  return isHash ? [{ alg, content }] : [];
}

/** Identifiers become expressions or names: their list grows with every version of SPDX. */
function plainLicenses(items: readonly Json[]): Licenses | undefined {
  const expressions = items.flatMap((item) => textOf(item['expression']) ?? []);
  const licenses = items.flatMap((item) => (isObject(item['license']) ? [item['license']] : []));
  const ids = licenses.flatMap((license) => textOf(license['id']) ?? []);
  const [expression] = [...expressions, ...(licenses.length === 1 ? ids : [])];
  if (expression !== undefined) return [{ expression }];
  const names = licenses.flatMap((license) => textOf(license['id']) ?? textOf(license['name']) ?? []);
  return names.length === 0 ? undefined : names.map((name) => ({ license: { name } }));
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
