// The files of a version: what each is, and by which hash it can be checked.

import { formatBytes } from '#base';
import type { DistributionKind, FileRecord } from '../../repository-contract.ts';
import { fileUrl } from '../../simple/page-model.ts';
import { html, plain, timeTag, type Html } from '../html.ts';
import { badge } from '../layout.ts';
import type { ProjectModel } from './project-model.ts';
import type { View } from '../site.ts';

const mostFiles = 200;

export function filesSection({ root }: View, { files }: ProjectModel): Html {
  return html`<section aria-labelledby="files">
    <h2 id="files">Files</h2>
    <ul class="files">
      ${files.slice(0, mostFiles).map((file) => fileItem(root, file))}
    </ul>
    ${files.length > mostFiles && html`<p class="hint">${files.length - mostFiles} more are in the index.</p>`}
  </section>`;
}

export const kindNames: Readonly<Record<DistributionKind, string>> = {
  wheel: 'wheel',
  egg: 'egg',
  sdist: 'source',
};

function fileItem(root: string, file: FileRecord): Html {
  const { filename, sha256, size, kind, requiresPython, uploaded, uploader, yanked } = file;
  const url = `${root}${fileUrl(file)}`;
  return html`<li>
    <p class="file">
      <a href="${url}" download>${filename}</a> ${file.channel === 'staging' && badge('staging', 'wait')}${
        yanked !== undefined && badge('yanked', 'bad')
      }
    </p>
    <ul class="facts">
      <li>${kindNames[kind]}</li>
      <li>${formatBytes(size)}</li>
      ${requiresPython !== undefined && html`<li>Python ${plain(requiresPython, 100)}</li>`}
      <li>${timeTag(uploaded)} by ${plain(uploader, 100)}</li>
      ${
        kind === 'wheel' &&
        html`<li>
          <a href="${url}.metadata">metadata<span class="unseen"> of ${filename}</span></a>
        </li>`
      }
    </ul>
    <p class="hash"><abbr title="SHA-256 of the file">sha256</abbr> <code>${sha256}</code></p>
  </li>`;
}
