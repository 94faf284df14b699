// Why something is required: the way from a requirement back to what was asked for, for the hints under an error.

import type { Where } from '#base';
import type { Requirement } from '#standards';

import { requirementText } from './constrain-requirement.ts';
import { describeDistribution, type ResolvableDistribution } from './distribution.ts';

/** A requirement to be met, and the distribution that has it; without one it was asked for directly. */
export interface RequirementOrigin {
  /** As its author wrote it, without any pin. */
  requirement: Requirement;
  requirer?: { dist: ResolvableDistribution; origin: RequirementOrigin };
  /** Where it is written, when it was asked for directly. */
  where?: Where | undefined;
}

/** `` `x>2`, required by y 2.0, required by z 1.0, which [app] eggs in buildout.cfg:3 asks for as `z` ``. */
export function describeOrigin(origin: RequirementOrigin): string {
  const steps = [`\`${requirementText(origin.requirement)}\``];
  let step = origin;
  while (step.requirer !== undefined) {
    steps.push(`required by ${describeDistribution(step.requirer.dist)}`);
    step = step.requirer.origin;
  }
  const asked = describeWhere(step.where);
  if (step === origin) {
    return `${steps[0]}, which ${asked === '' ? 'was asked for directly' : `${asked} asks for`}`;
  }
  const asks = asked === '' ? 'was asked for' : `${asked} asks for`;
  return `${steps.join(', ')}, which ${asks} as \`${requirementText(step.requirement)}\``;
}

/** `[section] option in file:line`, as far as known. */
function describeWhere(where: Where | undefined): string {
  if (where === undefined) return '';
  const names = [where.section === undefined ? '' : `[${where.section}]`, where.option ?? ''];
  const line = where.line === undefined ? '' : `:${where.line}`;
  const place = where.file === undefined ? '' : `in ${where.file}${line}`;
  return [...names, place].filter((text) => text !== '').join(' ');
}
