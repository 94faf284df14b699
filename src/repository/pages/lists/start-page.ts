// The first page: search, what has come lately, how to use the repository.

import { formatBytes } from '#base';
import { useCommands } from '../commands.ts';
import { count, html } from '../html.ts';
import { searchForm, type Content } from '../layout.ts';
import type { Site, View } from '../site.ts';
import { recentUploads, uploadList } from './upload-list.ts';

export function startPage(site: Site, view: View): Content {
  const { root, base, covers } = view;
  const { projects, files, bytes } = site.counts();
  return {
    title: 'clutch: eggs, wheels and source releases',
    withoutSearch: true,
    body: html`<section class="hero">
        <h1>Find, install and publish distributions</h1>
        ${searchForm(view, '', true)}
        ${
          // Whoever sees some projects only is not told how many there are.
          covers === undefined &&
          html`<ul class="facts">
            <li><a href="${root}search">${count(projects, 'project')}</a></li>
            <li>${count(files, 'file')}</li>
            <li>${formatBytes(bytes)}</li>
          </ul>`
        }
      </section>
      <section aria-labelledby="recent">
        <h2 id="recent">Recent uploads</h2>
        ${uploadList(site, view, { uploads: recentUploads(site, view, 8), level: 3 })}
        <p class="more"><a href="${root}recent/">More uploads</a></p>
      </section>
      <section class="install" aria-labelledby="use">
        <h2 id="use">Use this repository</h2>
        ${useCommands(view, { name: 'NAME' }, [['publish', `clutch publish --repository ${base} dist/*`]])}
      </section>`,
  };
}
