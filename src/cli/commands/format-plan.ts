// The text of `plan`: one paragraph for each kind of change, and none for what stays.

import type { PartReason, PlannedPart, RunPlan } from '#parts';
import type { Choices } from './explain-choices.ts';
import { shortenPath } from './shorten-path.ts';

/** Lines for the console. */
export function formatPlan(plan: RunPlan, { python, index }: Choices, directory: string): string {
  const short = (path: string): string => shortenPath(path, directory);
  const updated = plan.parts.filter(({ action }) => action === 'update').map(({ part }) => part);
  const touched = plan.parts.filter(({ action }) => action !== 'update');
  const paragraphs = [
    paragraph('Parts:', [
      ...touched.flatMap((part) => formatPart(part, short)),
      ...(updated.length === 0 ? [] : [`update ${updated.join(', ')}`]),
    ]),
    paragraph(
      'Develop eggs:',
      plan.develop
        .filter(({ action }) => action !== 'renew')
        .map(({ path, action }) => `${action} ${short(path)}`),
    ),
    paragraph('Eggs:', plan.eggs.map(formatEgg)),
    paragraph('Versions:', plan.versions.map(formatVersion)),
    paragraph(
      'Scripts:',
      plan.scripts.map(
        ({ path, action, certain }) => `${action} ${short(path)}${certain ? '' : ' (as far as known)'}`,
      ),
    ),
    paragraph(
      'It would fail:',
      plan.failures.flatMap(({ part, message, hint }) => [
        `${part}: ${indent(message)}`,
        ...(hint === undefined ? [] : [`hint: ${indent(hint)}`]),
      ]),
    ),
    paragraph(
      'Not self-contained:',
      plan.outside.map(({ what, path }) => `${kindsOfPlace[what] ?? what} ${path}`),
    ),
    paragraph('Not known:', plan.notKnown),
    [
      `Python ${python.version}: ${python.executable} (${python.chosenBy})`,
      `Index: ${index.url} (${index.chosenBy})`,
    ].join('\n'),
  ];
  const head = plan.changes ? [] : ['Nothing would change.'];
  return `${[...head, ...paragraphs.filter((text) => text !== '')].join('\n\n')}\n`;
}

function paragraph(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n    ');
}

function formatPart(
  { part, action, recipe, reason, certain }: PlannedPart,
  short: (path: string) => string,
): string[] {
  const doubt = certain ? '' : ' (as far as known: its recipe was not run)';
  const [why, ...details] = formatReason(reason, short);
  return [
    `${action} ${part} (${recipe})${why === undefined ? '' : `: ${why}`}${doubt}`,
    ...details.map((line) => `  ${line}`),
  ];
}

function formatReason(reason: PartReason, short: (path: string) => string): string[] {
  if (reason.type === 'not-wanted') return ['not among the parts any more'];
  if (reason.type === 'missing') return [`${short(reason.path)} is gone`];
  if (reason.type === 'recipe-changed') return ['its recipe changed', `${reason.old} -> ${reason.new}`];
  if (reason.type !== 'options') return [];
  const changes = reason.changes.map(({ option, old, new: value }) => {
    if (old === undefined) return `new option ${option} = ${oneLine(value)}`;
    if (value === undefined) return `dropped option ${option} = ${oneLine(old)}`;
    return `${option}: ${oneLine(old)} -> ${oneLine(value)}`;
  });
  return ['options changed', ...changes];
}

function oneLine(text: string | undefined): string {
  return JSON.stringify(text ?? '').slice(1, -1);
}

const kindsOfPlace: Readonly<Record<string, string>> = {
  develop: 'develop egg',
  'shared-part-list': 'shared directory',
};

const sources = {
  'egg-cache': 'from the egg cache',
  'download-cache': 'from the download cache',
  file: 'from a file',
  network: 'fetched',
} as const;

function formatEgg({ project, version, from, builds, filename, size }: RunPlan['eggs'][number]): string {
  const bytes = size === undefined || from === 'egg-cache' ? '' : `, ${size} bytes`;
  return `${project} ${version}: ${sources[from]}${builds ? ' and built' : ''} (${filename}${bytes})`;
}

function formatVersion({ project, from, to }: RunPlan['versions'][number]): string {
  if (from.length === 0) return `${project} ${to.join(', ')} (new)`;
  if (to.length === 0) return `${project} ${from.join(', ')} (not used any more)`;
  return `${project} ${from.join(', ')} -> ${to.join(', ')}`;
}
