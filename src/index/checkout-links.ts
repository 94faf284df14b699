// Links to checkouts, as setuptools knew them: `git+https://host/x.git@main#egg=x-dev` on a find-links page, or as an
// entry of find-links itself. They are no candidates: only who asks for `x==dev` gets one.

import { canonicalizeName } from '#standards';
import type { LinkGroup } from './group-links.ts';

/** The links of a group for a project (normal name), absolute, in order. */
export function checkoutLinks(group: LinkGroup, canonicalName: string): string[] {
  return group.checkouts.flatMap(({ href }) => {
    const project = checkoutProject(href);
    if (project === undefined || canonicalizeName(project) !== canonicalName) return [];
    const { base } = group.source;
    return URL.canParse(href, base) ? [new URL(href, base).href] : [];
  });
}

/** The project of `…#egg=name-dev`; `subdirectory=` may stand beside it. */
export function checkoutProject(href: string): string | undefined {
  return /[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*?)-dev(?:&|$)/.exec(href)?.[1];
}
