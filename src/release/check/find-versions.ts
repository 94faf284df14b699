// Versions that nobody pinned, and files whose bytes nobody vouches for.

import type { Where } from '#base';
import { canonicalizeName } from '#standards';
import type { CheckContext } from './check-context.ts';
import type { Finding } from './finding.ts';
import { createRequirers } from './who-requires.ts';

export function findVersions(context: CheckContext): Finding[] {
  const { survey } = context;
  const requirers = createRequirers(context);
  const pins = new Map([...survey.pins].map(([name, pin]) => [canonicalizeName(name), pin]));
  const picked = new Set([...survey.picked.keys()].map(canonicalizeName));
  return survey.arrivals.flatMap(({ project, version, filename, sha256 }): Finding[] => {
    const name = canonicalizeName(project);
    const pin = pins.get(name);
    const by = requirers.describe(name);
    const what = `${project} ${version}${by === '' ? '' : ` (${by})`}`;
    const findings: Finding[] = [];
    const where = (): Where => requirers.locate(name);
    // The bounds of zc.buildout and zc.recipe.egg that hold when nobody says anything are no pins of the user's.
    const isDefault = pin !== undefined && pin.where.file === undefined && ownBounds.has(name);
    if (pin !== undefined && isRange(pin.text) && !isDefault) {
      const message = `the pin \`${project} = ${pin.text}\` allows more versions than ${version}`;
      findings.push({ code: 'unpinned', message, where: pin.where.file === undefined ? where() : pin.where });
    } else if (picked.has(name) || isDefault) {
      findings.push({ code: 'picked', message: `${what} has no pin`, where: where() });
    }
    if (sha256 === undefined) {
      const message = `the SHA-256 of \`${filename}\`, for ${what}, is not known`;
      findings.push({ code: 'unknown-hash', message, where: where() });
    }
    return findings;
  });
}

const ownBounds: ReadonlySet<string> = new Set(['zc-buildout', 'zc-recipe-egg']);

/** A pin that begins with `<` or `>` is a bound (zc.buildout), and a star stands for many. */
function isRange(pin: string): boolean {
  return /^\s*[<>~!]|\*|,/.test(pin);
}
