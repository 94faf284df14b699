// Connection pools: one agent for direct connections, one per proxy, with certificates read once and one TLS context
// for all. undici and TLS are imported here and nowhere else, and this file is imported with the first request only.

import { createSecureContext, type SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import Agent from 'undici/lib/dispatcher/agent.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';
import { createBoundedLookup } from './bounded-lookup.ts';
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
export function openConnections(options: HttpOptions): Connections {
  const pip = readPipSettings(options.environment);
  const proxySetting = options.proxy ?? pip.proxy?.value;
  const timeout = (options.timeoutSeconds ?? connectSeconds) * 1000;
  const pool = {
    connections: options.connectionsPerHost ?? defaultConnectionsPerHost,
    keepAliveTimeout: 30_000,
  };
  const { lookupMilliseconds } = options;
  const lookup = lookupMilliseconds === undefined ? undefined : createBoundedLookup(lookupMilliseconds);
  const agents = new Map<string, Dispatcher>();
  let secureContext: SecureContext | undefined;
  const create = (proxy: string, isSecure: boolean): Dispatcher => {
    if (isSecure) secureContext ??= createTlsContext(options, pip.cert);
    const connect = {
      timeout,
      ...(secureContext === undefined ? {} : { secureContext }),
      ...(lookup === undefined ? {} : { lookup }),
    };
    return proxy === ''
      ? new Agent({ ...pool, connect })
      : new ProxyAgent({ ...pool, uri: proxy, proxyTunnel: false, requestTls: connect, proxyTls: connect });
  };
  return {
    dispatcherFor: (url) => {
      const proxy = chooseProxy(url, options.environment, proxySetting) ?? '';
      const isSecure = url.protocol === 'https:' || proxy.startsWith('https:');
      const key = `${isSecure} ${proxy}`;
      const agent = agents.get(key) ?? create(proxy, isSecure);
      agents.set(key, agent);
      return agent;
    },
    close: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

function createTlsContext(
  options: HttpOptions,
  pipCert: { value: string; source: string } | undefined,
): SecureContext {
  const cert =
    options.caFile === undefined
      ? pipCert && { path: pipCert.value, source: `\`${pipCert.source}\``, required: true }
      : { path: options.caFile, source: 'the configuration', required: true };
  const ca = readCertificates(options.environment, cert);
  return createSecureContext(ca === undefined ? {} : { ca });
}
