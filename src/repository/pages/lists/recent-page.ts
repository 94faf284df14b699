// What was uploaded lately.

import { html } from '../html.ts';
import type { Content } from '../layout.ts';
import type { Site, View } from '../site.ts';
import { recentUploads, uploadList } from './upload-list.ts';

export function recentPage(site: Site, view: View): Content {
  return {
    title: 'Recent uploads',
    current: 'recent',
    body: html`<h1>Recent uploads</h1>
      <p class="lead">The newest first, staged ones too. There is a <a href="feed.atom">feed</a> of them.</p>
      ${uploadList(site, view, { uploads: recentUploads(site, view, 50), level: 2 })}`,
  };
}
