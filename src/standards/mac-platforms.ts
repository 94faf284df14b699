// The platforms of wheels on macOS: every release back to the first that the machine's binaries ran on, and for each
// the formats that hold this machine's code.

import type { PythonTagsInput } from './supported-tags.ts';

type Release = readonly [major: number, minor: number];

/** The platforms of this machine, newest release first. */
export function macPlatforms(python: PythonTagsInput): string[] {
  const [, build = '', built = ''] = /^macosx-([0-9.]+)-(.+)$/.exec(python.platform) ?? [];
  const [major = 0, minor = 0] = (python.macosVersion ?? build).split('.').map(Number);
  const machine = machineOf(python, built);
  if (major === 10) return countDown(minor, 0).flatMap((minor) => platformsOf([10, minor], machine));
  if (major < 11) return [];
  // From macOS 11 on the major version counts; Intel machines run what was built for 10.4 and later, and binaries for
  // both machines may say 10.x on either.
  const formatsBefore11 = (minor: number): string[] =>
    machine === 'x86_64' ? platformsOf([10, minor], machine) : [`macosx_10_${minor}_universal2`];
  return [
    ...countDown(major, 11).flatMap((major) => platformsOf([major, 0], machine)),
    ...countDown(16, 4).flatMap(formatsBefore11),
  ];
}

function machineOf({ machine, pointerBits }: PythonTagsInput, built: string): string {
  const name = machine ?? (built === 'universal2' ? 'arm64' : built);
  if (pointerBits !== 32) return name;
  return name.startsWith('ppc') ? 'ppc' : 'i386';
}

function platformsOf(release: Release, machine: string): string[] {
  return formatsOf(release, machine).map((format) => `macosx_${release[0]}_${release[1]}_${format}`);
}

/** The binary formats of a release that hold code for the machine. */
function formatsOf(release: Release, machine: string): string[] {
  switch (machine) {
    case 'x86_64':
      return isBefore(release, [10, 4])
        ? []
        : ['x86_64', 'intel', 'fat64', 'fat3', 'universal2', 'universal'];
    case 'i386':
      return isBefore(release, [10, 4]) ? [] : ['i386', 'intel', 'fat3', 'fat', 'universal'];
    case 'ppc64':
      return isBefore(release, [10, 4]) || isBefore([10, 5], release) ? [] : ['ppc64', 'fat64', 'universal'];
    case 'ppc':
      return isBefore([10, 6], release) ? [] : ['ppc', 'fat3', 'fat', 'universal'];
    case 'arm64':
      return ['arm64', 'universal2'];
    case 'intel':
      return ['intel', 'universal'];
    default:
      return [machine];
  }
}

function isBefore(first: Release, second: Release): boolean {
  return first[0] < second[0] || (first[0] === second[0] && first[1] < second[1]);
}

function countDown(from: number, to: number): number[] {
  return Array.from({ length: Math.min(1000, Math.max(0, from - to + 1)) }, (_, index) => from - index);
}
