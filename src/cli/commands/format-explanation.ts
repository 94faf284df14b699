// The text of `why`: ways from the configuration to the distribution, then its pin and what is in use.

import type { RequirementExplanation } from '#parts';
import { formatPlace, shortenPath } from './shorten-path.ts';

type Requirer = RequirementExplanation['requirers'][number];
type Step = Requirer['chain'][number];
type Installed = RequirementExplanation['others'][number];

/** Lines for the console. */
export function formatExplanation(explanation: RequirementExplanation, directory: string): string {
  const lines = [
    ...headline(explanation),
    ...explanation.requirers.flatMap((requirer) => ['', ...formatRequirer(requirer, directory)]),
    ...explanation.elsewhere.map(
      ({ project, version, requirement }) =>
        `${project} ${version} has \`${requirement}\`, which does not hold here`,
    ),
    ...(explanation.requirers.length > 0 ? [''] : []),
    ...formatVersions(explanation, directory),
    ...formatUnknown(explanation),
  ];
  return `${lines.join('\n')}\n`;
}

function headline({ name, status, nearest }: RequirementExplanation): string[] {
  if (status === 'required') return [`${name} is required:`];
  if (status === 'pinned') return [`${name} is pinned, but nothing here requires it.`];
  const hint = nearest === undefined ? [] : [`Did you mean ${nearest}?`];
  return [`Nothing here requires ${name}, and there is no pin for it.`, ...hint];
}

function formatRequirer({ chain, parts }: Requirer, directory: string): string[] {
  const lines = chain.map((step, depth) => `${'  '.repeat(depth)}${formatStep(step, directory)}`);
  const others = parts.slice(1);
  return others.length === 0 ? lines : [...lines, `(also from ${others.join(', ')})`];
}

function formatStep(
  { project, version, requirement, part, option, ...where }: Step,
  directory: string,
): string {
  if (project !== undefined) return `${project} ${version} requires ${requirement}`;
  const place = formatPlace(where, directory);
  return `[${part}] ${option}${place === '' ? '' : ` (${place})`}: ${requirement}`;
}

function formatVersions(explanation: RequirementExplanation, directory: string): string[] {
  const { name, pin, inUse, others, status } = explanation;
  const place = pin === undefined ? '' : formatPlace(pin.where, directory);
  const pinned =
    pin === undefined
      ? 'no pin: the version is picked'
      : `pinned: ${name} = ${pin.version}${place === '' ? '' : ` (${place})`}`;
  const describe = (dist: Installed): string =>
    `${dist.version}, ${dist.kind} ${shortenPath(dist.source ?? dist.location, directory)}`;
  return [
    ...(status === 'required' || pin !== undefined ? [pinned] : []),
    ...(status === 'required' ? [inUse === undefined ? 'not installed' : `in use: ${describe(inUse)}`] : []),
    ...others.map((other) => `also here: ${describe(other)}`),
  ];
}

function formatUnknown({ missing, notKnown }: RequirementExplanation): string[] {
  const shown = missing.slice(0, 5).join(', ');
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
  return [
    ...(missing.length === 0 ? [] : [`not installed, so what they require is not known: ${shown}${more}`]),
    ...notKnown.map((text) => `not known: ${text}`),
  ];
}
