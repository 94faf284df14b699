// Which proxy a request goes through, as curl, Python and pip read the environment.

import { BuildError, type Environment } from '#base';
import { redactUrl } from './redact-url.ts';

/**
 * The proxy's URL for `url`, or `undefined` for a direct connection. `configured` (clutch's or pip's own setting)
 * comes before `HTTP_PROXY`, `HTTPS_PROXY` and `ALL_PROXY`, of which the lower-case spelling wins. `NO_PROXY` always counts.
 */
export function chooseProxy(
  url: URL,
  environment: Environment,
  configured: string | undefined,
): string | undefined {
  const scheme = url.protocol.slice(0, -1);
  const variable = (name: string): string | undefined =>
    environment[name.toLowerCase()] || environment[name.toUpperCase()] || undefined;
  const proxy = configured ?? variable(`${scheme}_proxy`) ?? variable('all_proxy');
  if (proxy === undefined || proxy === '') return undefined;
  if (isExcepted(url, variable('no_proxy') ?? '')) return undefined;
  return assertProxyUrl(proxy);
}

function isExcepted(url: URL, exceptions: string): boolean {
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .some((exception) => {
      if (exception === '') return false;
      if (exception === '*') return true;
      const [, name = exception, wantedPort] = /^(.+?)(?::(\d+))?$/.exec(exception) ?? [];
      const isNumeric = exception.includes('::');
      const domain = (isNumeric ? exception : name).replace(/^\*?\./, '').replace(/^\[|\]$/g, '');
      if (!isNumeric && wantedPort !== undefined && wantedPort !== port) return false;
      return host === domain || host.endsWith(`.${domain}`);
    });
}

function assertProxyUrl(proxy: string): string {
  const complete = /^[a-z][-+.a-z0-9]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
  if (URL.canParse(complete) && /^https?:/i.test(complete)) return complete;
  throw new BuildError('NET_PROXY', `Proxy \`${redactUrl(proxy)}\` is not an http or https URL`, {
    hint: 'set HTTPS_PROXY or the `proxy` of pip.conf to a URL like `http://proxy.example.com:3128`',
  });
}
