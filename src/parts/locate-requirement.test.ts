import { expect, test } from 'vitest';
import type { AnnotatedSections } from '#config';
import { locateRequirement } from './locate-requirement.ts';

function annotate(
  sections: Record<string, Record<string, [value: string, line: number]>>,
): AnnotatedSections {
  return new Map(
    Object.entries(sections).map(([name, options]) => [
      name,
      new Map(
        Object.entries(options).map(([option, [value, line]]) => [
          option,
          { value, history: [{ operation: 'SET', value, source: '/b.cfg', line }] },
        ]),
      ),
    ]),
  );
}

const annotated = annotate({
  app: { eggs: ['${common:eggs}\nown', 3] },
  common: { eggs: ['shared', 7] },
  more: { '<': ['app', 9] },
  circle: { eggs: ['${:eggs}', 12] },
});

test.each([
  ['app', 'own', 'app:3'],
  ['app', 'shared', 'common:7'],
  ['more', 'shared', 'common:7'],
  ['app', 'nowhere', 'app:3'],
  ['circle', 'x', 'circle:12'],
])('in [%s], %s is written at %s', (section, text, place) => {
  const where = locateRequirement(annotated, { section, option: 'eggs' }, text);
  expect([where.file, `${where.section}:${where.line}`]).toEqual(['/b.cfg', place]);
});
