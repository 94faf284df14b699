// What a page says about a version beyond its files: taken from core metadata (a stranger's text), cut to size, its links
// checked.

import { BuildError } from '#base';
import { canonicalizeName, parseRequirement, type CoreMetadata } from '#standards';
import { keywordsOf } from '../../operations/describe-project.ts';
import { plain, safeUrl } from '../html.ts';

export interface NamedLink {
  label: string;
  /** Absent where the metadata has no address that may be linked. */
  href?: string;
  /** What is shown beside the label: where it leads, or the text that is no address. */
  target: string;
}

export interface Person {
  name: string;
  email?: string;
}

export interface Requirement {
  /** As written. */
  name: string;
  /** In the normal form of PEP 503; absent when the line can't be read. */
  project?: string;
  /** Extras, versions and condition. */
  rest: string;
}

export interface VersionDetails {
  summary: string;
  requiresPython?: string;
  license?: string;
  authors: readonly Person[];
  maintainers: readonly Person[];
  links: readonly NamedLink[];
  keywords: readonly string[];
  /** Rest of the classifiers by their first part. */
  classifiers: ReadonlyMap<string, readonly string[]>;
  /** By extra; `''` for those that are always required. */
  requirements: ReadonlyMap<string, readonly Requirement[]>;
}

const most = { links: 30, keywords: 40, classifiers: 100, requirements: 500, people: 20 } as const;

export function describeVersion(metadata: CoreMetadata): VersionDetails {
  const { headers, requiresPython = '' } = metadata;
  const all = (name: string): string[] =>
    (headers.get(name) ?? []).filter((value) => !['', 'UNKNOWN'].includes(value.trim()));
  const license = all('license-expression')[0] ?? all('license')[0];
  return {
    summary: plain(metadata.summary === 'UNKNOWN' ? '' : (metadata.summary ?? ''), 500),
    authors: peopleOf(all('author'), all('author-email')),
    maintainers: peopleOf(all('maintainer'), all('maintainer-email')),
    links: linksOf(all).slice(0, most.links),
    keywords: keywordsOf(metadata)
      .slice(0, most.keywords)
      .map((keyword) => plain(keyword, 60)),
    classifiers: groupClassifiers(all('classifier').slice(0, most.classifiers)),
    requirements: groupRequirements(metadata.requiresDist.slice(0, most.requirements)),
    ...(requiresPython !== '' && { requiresPython: plain(requiresPython, 100) }),
    // Some put the whole text of the license here.
    ...(license !== undefined && { license: plain(license.split('\n', 1)[0] ?? '', 120) }),
  };
}

/** Names and addresses come in fields of their own, or as `Name <address>`, several in one line. */
function peopleOf(names: readonly string[], emails: readonly string[]): Person[] {
  const listed = emails.flatMap((line) => line.slice(0, 2000).match(listItem) ?? []).map(readPerson);
  const [only] = listed;
  const [name] = names;
  if (name !== undefined && listed.length === 1 && only?.name === only?.email && only?.email !== undefined) {
    return [{ name: plain(name, 200), email: only.email }];
  }
  const known = names.map((one) => ({ name: plain(one, 200) }));
  return [...known, ...listed].filter(({ name }) => name !== '').slice(0, most.people);
}

/** Between commas, but for those in quotes. */
const listItem = /(?:"[^"]*"|[^,"])+/g;

function readPerson(text: string): Person {
  const [, written = '', bracketed] = /^([^<]*)(?:<([^<>]*)>)?/.exec(text.trim()) ?? [];
  const email = (bracketed ?? written).trim();
  const name = plain(bracketed === undefined ? written : written.replaceAll('"', ''), 200);
  if (!/^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(email)) return { name: name === '' ? plain(email, 200) : name };
  return { name: name === '' ? email : name, email };
}

function linksOf(all: (name: string) => string[]): NamedLink[] {
  const home = all('home-page').map((url) => readLink('Home page', url));
  const download = all('download-url').map((url) => readLink('Download', url));
  const labelled = all('project-url').map((line) => {
    const comma = line.indexOf(',');
    return readLink(comma === -1 ? '' : line.slice(0, comma), line.slice(comma + 1));
  });
  return [...home, ...labelled, ...download];
}

/** The label is what a stranger calls it; where it leads is said beside it. */
function readLink(label: string, address: string): NamedLink {
  const href = safeUrl(address);
  const shown = plain(label, 60);
  if (href === undefined) return { label: shown === '' ? 'Link' : shown, target: plain(address, 200) };
  const target = href.startsWith('mailto:') ? href.slice('mailto:'.length) : new URL(href).host;
  return { label: shown === '' ? target : shown, href, target: plain(target, 100) };
}

function groupClassifiers(classifiers: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const classifier of classifiers) {
    const [group = '', ...rest] = plain(classifier, 200).split(' :: ');
    groups.set(group, [...(groups.get(group) ?? []), rest.join(' › ')]);
  }
  return groups;
}

function groupRequirements(lines: readonly string[]): Map<string, Requirement[]> {
  const groups = new Map<string, Requirement[]>();
  for (const line of lines) {
    const [, before = line, extra = ''] =
      /^(.*?);\s*\(?\s*extra\s*==\s*["']([\w.-]+)["']\s*\)?\s*$/s.exec(line.slice(0, 2000)) ?? [];
    groups.set(extra, [...(groups.get(extra) ?? []), readRequirement(before)]);
  }
  return groups;
}

function readRequirement(line: string): Requirement {
  try {
    const { name } = parseRequirement(line);
    const rest = line
      .trim()
      .slice(name.length)
      .replace(/\s*;\s*/, ' if ')
      .trim();
    return { name, project: canonicalizeName(name), rest: plain(rest, 300) };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return { name: plain(line, 300), rest: '' };
  }
}
