// The host that starts when somebody first needs it and is told about the run when its configuration is ready.

import type { BuildoutHandle } from '../recipe.ts';
import type { Params } from './connect-host.ts';
import { openHostSession, type HostSession } from './host-session.ts';
import type { KnownDistributions } from './known-distributions.ts';

export interface LazyHost {
  start(): Promise<HostSession>;
  /** Calls a verb of the host; `doing` completes the sentence "it died while …". */
  call(verb: string, params: Params, doing: string): Promise<unknown>;
  stop(): Promise<void>;
  cancel(): void;
}

export function createLazyHost(buildout: BuildoutHandle, known: KnownDistributions): LazyHost {
  let session: Promise<HostSession> | undefined;
  let attached: Promise<unknown> | undefined;
  let cancelled = false;

  async function start(): Promise<HostSession> {
    session ??= openHostSession(buildout, known);
    const opened = await session;
    if (cancelled) opened.cancel();
    return opened;
  }

  return {
    start,
    async call(verb, params, doing) {
      const opened = await start();
      attached ??= attachConfiguration(buildout, opened);
      await attached;
      return opened.call(verb, params, doing);
    },
    async stop() {
      const opened = session;
      session = undefined;
      attached = undefined;
      // Whoever asked for a host that did not start was told why.
      await (await opened?.catch(() => undefined))?.stop();
    },
    cancel() {
      cancelled = true;
      session?.then(
        (opened) => opened.cancel(),
        () => undefined,
      );
    },
  };
}

/** Tells the host what zc.buildout's Buildout and Installer know after their start. */
async function attachConfiguration(buildout: BuildoutHandle, session: HostSession): Promise<void> {
  const settings = buildout.eggs.settings();
  const section = await buildout.sections.open('buildout');
  const installer = {
    versions: Object.fromEntries(settings.pins),
    prefer_final: settings.preferFinal,
    use_dependency_links: settings.useDependencyLinks,
    allow_picked_versions: settings.allowPicked,
    install_from_cache: settings.installFromCache,
    store_required_by: settings.storeRequiredBy ?? false,
    index_url: (await section.get('index', ''))?.trim() ?? '',
    download_cache: settings.downloadCache === undefined ? null : `${settings.downloadCache}/dist`,
  };
  const attributes = {
    directory: buildout.directory,
    links: buildout.links,
    allow_hosts: buildout.allowHosts,
    offline: buildout.offline,
    newest: buildout.newest,
  };
  await session.call('config.attach', { settings: attributes, installer }, 'it started');
}
