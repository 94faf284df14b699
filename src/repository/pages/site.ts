// What every page is made from: the repository's parts, what is counted once for all pages, and who is looking.

import type { IncomingMessage } from 'node:http';
import { createCatalog, type Catalog, type Covers } from '../catalog.ts';
import type { ServerContext } from '../http/server-context.ts';
import type { TokenRecord } from '../repository-contract.ts';
import { createReadmes, type Readmes } from './readme/create-readmes.ts';

export interface Site {
  readonly server: ServerContext;
  readonly catalog: Catalog;
  readonly readmes: Readmes;
  /** Counted anew after a change only. */
  counts(): Counts;
}

export interface Counts {
  files: number;
  bytes: number;
  projects: number;
  staging: number;
}

/** A page as one reader sees it. */
export interface View {
  /** Leads from the page to the root: `../../`. */
  root: string;
  /** The root as this reader wrote it, for texts to copy: `https://eggs.example.org/`. */
  base: string;
  /** The page below the root, with its query, to come back to: `project/demo/`. */
  place: string;
  /** Whoever is logged in, or sends a token. */
  viewer?: TokenRecord;
  /** For forms of the viewer. */
  formKey?: string;
  /** What the reader may see; everything when absent. */
  covers?: Covers;
  isPrivate: boolean;
  /** What is not ours comes through from elsewhere. */
  hasUpstream: boolean;
}

export function createSite(server: ServerContext): Site {
  const { core } = server;
  let counts: Counts | undefined;
  core.subscribe(() => {
    counts = undefined;
  });
  return {
    server,
    catalog: createCatalog(core),
    readmes: createReadmes(),
    counts: () => (counts ??= core.records.files.counts()),
  };
}

/** Fails with 401 or 403 when the request may not read (this project). */
export function viewOf(site: Site, request: IncomingMessage, project?: string): View {
  const covers = site.server.gate.assertMayRead(request, project);
  return { ...openView(site, request), ...(covers !== undefined && { covers }) };
}

/** For pages that everybody may see, such as that of the login: fails never. */
export function openView({ server }: Site, request: IncomingMessage): View {
  const { gate, sessions, upstream } = server;
  const viewer = gate.identify(request) ?? sessions.find(request);
  return {
    ...placeOf(request),
    isPrivate: gate.isPrivate,
    hasUpstream: upstream !== undefined,
    ...(viewer !== undefined && { viewer, formKey: sessions.formKey(viewer) }),
  };
}

export function placeOf(request: IncomingMessage): Pick<View, 'root' | 'base' | 'place'> {
  const { url = '/' } = request;
  const depth = (url.split('?', 1)[0] ?? '').split('/').length - 2;
  return { root: depth <= 0 ? './' : '../'.repeat(depth), base: baseOf(request), place: url.slice(1) };
}

/** Proxies say what the reader wrote; what can't be part of a URL is not believed. */
function baseOf({ headers }: IncomingMessage): string {
  const first = (value: string | string[] | undefined): string =>
    (Array.isArray(value) ? value[0] : value)?.split(',', 1)[0]?.trim() ?? '';
  const host = first(headers['x-forwarded-host']) || first(headers.host);
  const prefix = first(headers['x-forwarded-prefix']).replace(/\/+$/, '');
  const scheme = first(headers['x-forwarded-proto']) === 'https' ? 'https' : 'http';
  const isHost = /^(?:[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host) && host.length < 260;
  const isPrefix = /^(?:\/[\w.~-]+){1,10}$/.test(prefix) && prefix.length < 200;
  return `${scheme}://${isHost ? host : 'localhost'}${isPrefix ? prefix : ''}/`;
}
