// Connection pools: one agent for direct connections, one per proxy, with certificates read once and one TLS context
// for all. undici is imported here and nowhere else, with the first request.

import type { SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import { chooseProxy } from './choose-proxy.ts';
import type { HttpOptions } from './http-contract.ts';
import { readCertificates } from './read-certificates.ts';
import { readPipSettings } from './read-pip-settings.ts';

export interface Connections {
  /** The pool that requests to `url` go through. */
  dispatcherFor(url: URL): Dispatcher;
  close(): Promise<void>;
}

const defaultConnectionsPerHost = 16;
const connectSeconds = 15;

/** No socket is opened before the first request; certificates are read with the first https one. */
export async function openConnections(options: HttpOptions): Promise<Connections> {
  const { default: Agent } = await import('undici/lib/dispatcher/agent.js');
  const { default: ProxyAgent } = await import('undici/lib/dispatcher/proxy-agent.js');
  const pip = readPipSettings(options.environment);
  const proxySetting = options.proxy ?? pip.proxy?.value;
  const secureContext = await createTlsContext(options, pip.cert);
  const connect = { timeout: (options.timeoutSeconds ?? connectSeconds) * 1000, secureContext };
  const pool = {
    connections: options.connectionsPerHost ?? defaultConnectionsPerHost,
    keepAliveTimeout: 30_000,
  };
  const agents = new Map<string, Dispatcher>();
  const create = (proxy: string): Dispatcher =>
    proxy === ''
      ? new Agent({ ...pool, connect })
      : new ProxyAgent({ ...pool, uri: proxy, proxyTunnel: false, requestTls: connect, proxyTls: connect });
  return {
    dispatcherFor: (url) => {
      const proxy = chooseProxy(url, options.environment, proxySetting) ?? '';
      const agent = agents.get(proxy) ?? create(proxy);
      agents.set(proxy, agent);
      return agent;
    },
    close: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

async function createTlsContext(
  options: HttpOptions,
  pipCert: { value: string; source: string } | undefined,
): Promise<SecureContext> {
  const { createSecureContext } = await import('node:tls');
  const cert =
    options.caFile === undefined
      ? pipCert && { path: pipCert.value, source: `\`${pipCert.source}\``, required: true }
      : { path: options.caFile, source: 'the configuration', required: true };
  const ca = readCertificates(options.environment, cert);
  return createSecureContext(ca === undefined ? {} : { ca });
}
