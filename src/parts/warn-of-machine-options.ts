// What a project's configuration says about the remote cache is not read, and its author is told where it belongs.

import type { Report, Where } from '#base';
import { locateOption, type AnnotatedSections } from '#config';

/** One warning for each place; `[remote-cache]` may also be a part of somebody's, which has a recipe. */
export function warnOfMachineOptions(annotated: AnnotatedSections, report: Report): void {
  for (const { section, option } of machineOptions(annotated)) {
    const { file, line } = locateOption(annotated, { section, option });
    const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
    const text = `Option \`${option}\` in [${section}]${place} is ignored: no project decides about the remote cache.`;
    report({ type: 'log', level: 'warning', text });
    report({
      type: 'hint',
      text: 'it belongs into [remote-cache] of /etc/clutch/clutch.cfg or ~/.config/clutch/clutch.cfg: see docs/fleet.md',
    });
  }
}

function machineOptions(annotated: AnnotatedSections): Required<Pick<Where, 'section' | 'option'>>[] {
  const own = annotated.get('remote-cache');
  const [first] =
    own === undefined || own.has('recipe') || own.has('<')
      ? []
      : ['url', 'trusted-keys', 'signing-key', 'write'].filter((option) => own.has(option));
  const main = [...(annotated.get('buildout')?.keys() ?? [])].filter((option) => looksLikeIt.test(option));
  return [
    ...(first === undefined ? [] : [{ section: 'remote-cache', option: first }]),
    ...main.map((option) => ({ section: 'buildout', option })),
  ];
}

const looksLikeIt = /^(?:remote-cache|egg-cache-(?:remote|url))(?:-[a-z-]+)?$/;
