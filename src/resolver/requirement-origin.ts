// Why something is required: the way from a requirement back to what was asked for, for the hints under an error.

import type { Requirement } from '#standards';

import { requirementText } from './constrain-requirement.ts';
import { describeDistribution, type ResolvableDistribution } from './distribution.ts';

/** A requirement to be met, and the distribution that has it; without one it was asked for directly. */
export interface RequirementOrigin {
  /** As its author wrote it, without any pin. */
  requirement: Requirement;
  requirer?: { dist: ResolvableDistribution; origin: RequirementOrigin };
}

/** `` `x>2`, required by y 2.0, required by z 1.0, which was asked for as `z` ``. */
export function describeOrigin(origin: RequirementOrigin): string {
  const steps = [`\`${requirementText(origin.requirement)}\``];
  let step = origin;
  while (step.requirer !== undefined) {
    steps.push(`required by ${describeDistribution(step.requirer.dist)}`);
    step = step.requirer.origin;
  }
  if (step === origin) return `${steps[0]}, which was asked for directly`;
  return `${steps.join(', ')}, which was asked for as \`${requirementText(step.requirement)}\``;
}
