// Software that recipes fetched and built or unpacked: the options of parts say where it came from.

import { basename } from 'node:path';
import { genericPurl, type Component } from './cyclonedx.ts';

export interface FetchedPart {
  name: string;
  options: Readonly<Record<string, string>>;
}

const archive = /\.(?:tar(?:\.\w+)?|t[gbx]z|zip|whl|egg|deb|rpm|jar|war)$/;

/** A component for each part with a `url`, under the name and version that its file has. */
export function describeParts(parts: readonly FetchedPart[]): Component[] {
  return parts.flatMap(({ name, options }) => {
    const url = (options['url'] ?? '').trim().split(/\s+/)[0] ?? '';
    if (!/^(?:https?|ftp):\/\//.test(url)) return [];
    const bare = url.replace(/[#?].*$/, '');
    const stem = decodeURI(basename(bare)).replace(archive, '');
    const [, project = stem, version] = /^(.+?)[-_]v?(\d[\w.+]*)$/.exec(stem) ?? [];
    const hashes = hashesOf(options, url);
    return [
      {
        type: 'application',
        'bom-ref': `parts/${name}`,
        name: project,
        ...(version === undefined ? {} : { version }),
        purl: genericPurl(project, version, bare),
        ...(hashes.length === 0 ? {} : { hashes }),
        properties: [{ name: 'clutch:part', value: name }],
      },
    ];
  });
}

function hashesOf(
  options: Readonly<Record<string, string>>,
  url: string,
): { alg: string; content: string }[] {
  const said = [
    options['md5sum'],
    options['hash'],
    options['sha256sum'],
    /#(?:md5|sha256)=([0-9a-fA-F]+)$/.exec(url)?.[1],
  ];
  return said.flatMap((text = '') => {
    const content = text.trim();
    if (/^[0-9a-fA-F]{32}$/.test(content)) return [{ alg: 'MD5', content }];
    return /^[0-9a-fA-F]{64}$/.test(content) ? [{ alg: 'SHA-256', content }] : [];
  });
}
