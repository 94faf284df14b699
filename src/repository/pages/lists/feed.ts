// The feed of recent uploads (Atom, RFC 4287).

import { html, plain } from '../html.ts';
import type { Site, View } from '../site.ts';
import { recentUploads } from './upload-list.ts';
import { versionUrl } from '../urls.ts';

export function renderFeed(site: Site, view: View): string {
  const { base } = view;
  const uploads = recentUploads(site, view, 30);
  const updated = new Date(uploads[0]?.uploaded ?? 0).toISOString();
  const entries = uploads.map(({ project, version, files, uploaded }) => {
    const url = `${base}${versionUrl(project, version)}`;
    const isStaged = files.some(({ channel }) => channel === 'staging');
    const { displayName = project, summary = '' } = site.server.core.records.search.of(project) ?? {};
    return html`<entry>
      <id>${url}</id>
      <title>${plain(displayName, 100)} ${version}${isStaged && ' (staging)'}</title>
      <link rel="alternate" type="text/html" href="${url}" />
      <updated>${new Date(uploaded).toISOString()}</updated>
      <author><name>${plain(files[0]?.uploader ?? '', 100)}</name></author>
      <summary>${plain(summary, 300)}</summary>
    </entry> `;
  });
  return `<?xml version="1.0" encoding="utf-8"?>
${html`<feed xmlns="http://www.w3.org/2005/Atom">
  <id>${base}recent/feed.atom</id>
  <title>Recent uploads</title>
  <link rel="self" type="application/atom+xml" href="${base}recent/feed.atom" />
  <link rel="alternate" type="text/html" href="${base}recent/" />
  <updated>${updated}</updated>
  ${entries}</feed
> `.toString()}`;
}
