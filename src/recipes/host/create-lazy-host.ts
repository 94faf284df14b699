// The host that starts when somebody first needs it and is told about the run when its configuration is ready.

import type { BuildoutHandle } from '../recipe.ts';
import type { Params } from './connect-host.ts';
import { openHostSession, type HostSession } from './host-session.ts';
import type { KnownDistributions } from './known-distributions.ts';

export interface LazyHost {
  start(): Promise<HostSession>;
  /** Calls a verb of the host; `doing` completes the sentence "it died while …". */
  call(verb: string, params: Params, doing: string): Promise<unknown>;
  debug(error: unknown): Promise<boolean>;
  stop(): Promise<void>;
  cancel(): void;
}

export function createLazyHost(buildout: BuildoutHandle, known: KnownDistributions): LazyHost {
  let session: Promise<HostSession> | undefined;
  let attached: Promise<void> | undefined;
  let sentSettings = '';
  let cancelled = false;

  async function start(): Promise<HostSession> {
    session ??= openHostSession(buildout, known);
    const opened = await session;
    if (cancelled) opened.cancel();
    return opened;
  }

  /** A recipe that `[buildout]` refers to runs before the run's settings are complete, so they may change. */
  async function sendSettings(opened: HostSession): Promise<void> {
    const settings = await readInstallerSettings(buildout);
    const text = JSON.stringify(settings);
    if (text === sentSettings) return;
    sentSettings = text;
    await opened.call('resolver.settings', { settings }, 'it was told the settings');
  }

  function cancel(): void {
    if (cancelled) return;
    cancelled = true;
    // Whoever waits for a host that does not start is told why.
    session?.then(
      (opened) => opened.cancel(),
      () => undefined,
    );
  }

  buildout.signal?.addEventListener('abort', cancel, { once: true });
  return {
    start,
    cancel,
    async call(verb, params, doing) {
      const opened = await start();
      await opened.ready;
      attached ??= attachConfiguration(buildout, opened);
      await attached;
      await sendSettings(opened);
      return opened.call(verb, params, doing);
    },
    debug: async (error) => (await (await session)?.debug(error)) ?? false,
    async stop() {
      const opened = session;
      session = undefined;
      attached = undefined;
      sentSettings = '';
      // Whoever asked for a host that did not start was told why.
      await (await opened?.catch(() => undefined))?.stop();
    },
  };
}

/** Makes `buildout` in the host, with what zc.buildout's Buildout knows after its start. */
async function attachConfiguration(buildout: BuildoutHandle, session: HostSession): Promise<void> {
  const settings = {
    directory: buildout.directory,
    links: buildout.links,
    allow_hosts: buildout.allowHosts,
    offline: buildout.offline,
    newest: buildout.newest,
  };
  await session.call('config.attach', { settings }, 'it started');
}

/** The installer's settings under the names of the attributes of zc.buildout's Installer. */
async function readInstallerSettings({ eggs, sections }: BuildoutHandle): Promise<Params> {
  const settings = eggs.settings();
  const main = await sections.open('buildout');
  return {
    versions: Object.fromEntries(settings.pins),
    prefer_final: settings.preferFinal,
    use_dependency_links: settings.useDependencyLinks,
    allow_picked_versions: settings.allowPicked,
    install_from_cache: settings.installFromCache,
    store_required_by: settings.storeRequiredBy ?? false,
    index_url: (await main.get('index', ''))?.trim() ?? '',
    download_cache: settings.downloadCache === undefined ? null : `${settings.downloadCache}/dist`,
  };
}
