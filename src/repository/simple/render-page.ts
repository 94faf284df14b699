// From records to the bytes of a page. What comes from upstream and from development links is handed in.

import { canonicalizeName } from '#standards';
import type { Core } from '../core.ts';
import type { Channel, DevelopmentLink } from '../repository-contract.ts';
import { contentTypes, type PageFormat } from './negotiate.ts';
import { pageFileOf, type PageFile, type ProjectPage } from './page-model.ts';
import { renderFlatHtml, renderProjectHtml, renderRootHtml } from './render-html.ts';
import { renderProjectJson, renderRootJson } from './render-json.ts';
import { createVariant, type Variant } from './variant.ts';

export type PageRequest =
  | { kind: 'project'; channel: Channel; project: string }
  | { kind: 'root'; channel: Channel }
  | { kind: 'flat'; channel: Channel }
  | { kind: 'development' };

/** A page of somebody else's, and until when it may be used without asking again. */
export interface ForeignPage {
  page: ProjectPage;
  /** Milliseconds since 1970. */
  expires: number;
}

export interface PageSources {
  core: Core;
  developmentLinks: () => readonly DevelopmentLink[];
  /** The page of a project that is not ours; file URLs relative to `root`. */
  upstreamPage?: (project: string, root: string) => Promise<ForeignPage | undefined>;
  isPrivate: boolean;
}

/** `expires`: until when it may be sent without asking upstream again. */
export interface RenderedPage {
  variant: Variant;
  expires?: number;
}

export interface RenderOptions {
  format: PageFormat;
  /** Leaves out of lists what a reader may not see. */
  covers?: (project: string) => boolean;
}

/** `undefined`: there is no such page, or none in this format. */
export async function renderPage(
  sources: PageSources,
  request: PageRequest,
  options: RenderOptions,
): Promise<RenderedPage | undefined> {
  const found = await findText(sources, request, options);
  if (found === undefined) return undefined;
  const variant = await createVariant(found.text, {
    contentType: contentTypes[options.format],
    // Fresh for a moment only, and then asked for again with its ETag.
    cacheControl: `${sources.isPrivate ? 'private' : 'public'}, max-age=0, must-revalidate`,
    vary: 'Accept, Accept-Encoding',
    extra: contentSecurity,
  });
  return { variant, ...(found.expires !== undefined && { expires: found.expires }) };
}

/** No page of the protocol has anything to run or to load. */
const contentSecurity = ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"];

const channelPaths: Readonly<Record<Channel, string>> = { release: '/', staging: '/staging/' };

/** The path below which a page lies, as in the URL. */
export function pathOf(request: PageRequest): string {
  if (request.kind === 'development') return '/dev/';
  const base = channelPaths[request.channel];
  if (request.kind === 'flat') return `${base}links/`;
  return request.kind === 'root' ? `${base}simple/` : `${base}simple/${request.project}/`;
}

interface PageText {
  /** Whole, or in pieces. */
  text: string | Iterable<string>;
  expires?: number;
}

async function findText(
  sources: PageSources,
  request: PageRequest,
  { format, covers = () => true }: RenderOptions,
): Promise<PageText | undefined> {
  const { core } = sources;
  const root = '../'.repeat(pathOf(request).split('/').length - 2);
  if (request.kind === 'project') return findProjectText(sources, request, { format, root });
  if (request.kind === 'root') {
    const names = core.records.projects.names(request.channel).filter(covers);
    return { text: format === 'json' ? renderRootJson(names) : renderRootHtml(names) };
  }
  if (format === 'json') return undefined;
  const channel = request.kind === 'flat' ? request.channel : 'release';
  const links =
    request.kind === 'flat'
      ? []
      : sources.developmentLinks().filter(({ name }) => covers(canonicalizeName(name)));
  return { text: renderFlatHtml(flatFiles(core, channel, { root, covers }), links) };
}

/** One after the other: there may be a hundred thousand. */
function* flatFiles(
  core: Core,
  channel: Channel,
  { root, covers }: { root: string; covers: (project: string) => boolean },
): Generator<PageFile> {
  for (const file of core.records.files.each(channel)) if (covers(file.project)) yield pageFileOf(file, root);
}

interface ProjectRequest {
  project: string;
  channel: Channel;
}

async function findProjectText(
  { core, upstreamPage }: PageSources,
  request: ProjectRequest,
  { format, root }: { format: PageFormat; root: string },
): Promise<PageText | undefined> {
  const render = format === 'json' ? renderProjectJson : renderProjectHtml;
  const ours = ownPage(core, request, root);
  // A name of ours never comes from elsewhere, not even while it has no file: that is what protects it.
  if (ours !== undefined) return { text: render(ours) };
  const foreign = await upstreamPage?.(request.project, root);
  return foreign === undefined ? undefined : { text: render(foreign.page), expires: foreign.expires };
}

function ownPage(core: Core, { project, channel }: ProjectRequest, root: string): ProjectPage | undefined {
  const ours = core.records.projects.find(project);
  if (ours === undefined) return undefined;
  const isHidden = ours.status === 'quarantined';
  const files = isHidden
    ? []
    : core.records.files.ofProject(ours.id, channel).filter((file) => !file.isLegacy);
  return {
    name: ours.name,
    files: files.map((file) => pageFileOf(file, root)),
    versions: [...new Set(files.map(({ version }) => version))],
    status: ours.status,
    ...(ours.statusReason !== undefined && { statusReason: ours.statusReason }),
  };
}
