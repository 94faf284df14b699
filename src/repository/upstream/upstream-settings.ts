// Which hosts the server may talk to on behalf of its readers: those of its upstreams, those that are known to have
// their files, and those that its owner names. No other: not by a link on a page, not by a redirect.

import { BuildError } from '#base';
import { redactUrl } from '#net';

export interface UpstreamOptions {
  /** Simple indexes in the order in which they are asked, `user:password@` allowed: the first that has a name has it. */
  urls: readonly string[];
  /** More hosts (or `http://host:port`) that files may come from. */
  fileHosts: readonly string[];
  /** What files of upstream may take on the disk. */
  maximumBytes: number;
  /** How long a page is used without asking again. */
  refreshMilliseconds: number;
}

/** Indexes whose files are on another host of the same owner. */
const knownFileHosts: Readonly<Record<string, string>> = {
  'pypi.org': 'files.pythonhosted.org',
  'test.pypi.org': 'test-files.pythonhosted.org',
};

/** The root of an index, with a slash at its end; fails with `UPSTREAM_URL`. */
export function readUpstreamUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new BuildError('REPOSITORY_UPSTREAM', `\`${redactUrl(text)}\` is not the URL of an index`, {
      hint: 'write it as https://pypi.org/simple/',
    });
  }
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

/** Fails with `REPOSITORY_UPSTREAM` for a URL whose host nobody has named. */
export function createHostCheck({ urls, fileHosts }: UpstreamOptions): (url: URL) => void {
  const origins = new Set(urls.map((url) => new URL(url).origin));
  for (const url of urls) {
    const known = knownFileHosts[new URL(url).hostname];
    if (known !== undefined) origins.add(`https://${known}`);
  }
  for (const host of fileHosts) origins.add(originOf(host));
  return (url) => {
    if (origins.has(url.origin)) return;
    throw new BuildError('REPOSITORY_UPSTREAM', `\`${url.origin}\` is not a host that this server may ask`, {
      hint: `if upstream's files are there, start it with --upstream-files ${url.host}`,
    });
  };
}

function originOf(host: string): string {
  const text = host.includes('://') ? host : `https://${host}`;
  if (URL.canParse(text) && /^https?:/.test(text)) return new URL(text).origin;
  throw new BuildError('REPOSITORY_UPSTREAM', `\`${host}\` is no host`, {
    hint: 'write files.example.org, or http://files.example.org:8080',
  });
}
