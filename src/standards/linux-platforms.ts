// The platforms of wheels on Linux: `linux`, then manylinux for glibc (PEP 513, 571, 599, 600) or musllinux (PEP 656),
// each down to the oldest C library a wheel may ask for.

import type { PythonTagsInput } from './supported-tags.ts';

const manylinuxMachines: ReadonlySet<string> = new Set([
  'x86_64',
  'aarch64',
  'ppc64',
  'ppc64le',
  's390x',
  'loongarch64',
  'riscv64',
]);

const namesBefore600: Readonly<Record<string, string>> = {
  '2_17': 'manylinux2014',
  '2_12': 'manylinux2010',
  '2_5': 'manylinux1',
};

/** The platforms for `linux_x86_64` and its like, best first. */
export function linuxPlatforms(python: PythonTagsInput, platform: string): string[] {
  const machines = machinesOf(python, platform);
  return [
    ...machines.map((machine) => `linux_${machine}`),
    ...(python.libc?.name === 'glibc' && hasCommonAbi(python, machines)
      ? manylinux(python.libc.version, machines)
      : []),
    ...(python.libc?.name === 'musl' ? musllinux(python.libc.version, machines) : []),
  ];
}

/** A 32-bit interpreter on a 64-bit kernel is told the kernel's machine. */
function machinesOf({ pointerBits }: PythonTagsInput, platform: string): string[] {
  const machine = platform.slice('linux_'.length);
  if (pointerBits === 32 && machine === 'x86_64') return ['i686'];
  const is32BitArm = machine === 'armv8l' || (pointerBits === 32 && machine === 'aarch64');
  return is32BitArm ? ['armv8l', 'armv7l'] : [machine];
}

function hasCommonAbi({ pointerBits, soabi }: PythonTagsInput, machines: readonly string[]): boolean {
  // `packaging` reads this from the ELF header; the name that Python was built with says the same.
  if (machines.includes('armv7l')) return pointerBits === 32 && !/-gnueabi$|-musleabi$/.test(soabi);
  if (machines.includes('i686')) return pointerBits === 32;
  return machines.some((machine) => manylinuxMachines.has(machine));
}

function manylinux(version: string, machines: readonly string[]): string[] {
  const [major, minor] = versionNumbers(version);
  const isIntel = machines.includes('x86_64') || machines.includes('i686');
  const oldest = isIntel ? 5 : 17;
  // Should there be a glibc 3, it takes what was built for 2, whose last minor version is not known yet.
  const newestMinors = [
    ...Array.from(
      { length: Math.max(0, major - 2) },
      (_, index) => [major - index, index === 0 ? minor : 50] as const,
    ),
    ...(major >= 2 ? [[2, major === 2 ? minor : 50] as const] : []),
  ];
  return machines.flatMap((machine) =>
    newestMinors.flatMap(([glibc, newest]) =>
      countDown(newest, glibc === 2 ? oldest : 0).flatMap((minor) => {
        const old = namesBefore600[`${glibc}_${minor}`];
        const name = `manylinux_${glibc}_${minor}_${machine}`;
        return old === undefined ? [name] : [name, `${old}_${machine}`];
      }),
    ),
  );
}

function musllinux(version: string, machines: readonly string[]): string[] {
  const [major, minor] = versionNumbers(version);
  return machines.flatMap((machine) =>
    countDown(minor, 0).map((minor) => `musllinux_${major}_${minor}_${machine}`),
  );
}

function versionNumbers(version: string): [number, number] {
  const match = /^([0-9]+)\.([0-9]+)/.exec(version);
  return match === null ? [-1, -1] : [Number(match[1]), Number(match[2])];
}

/** No C library has a minor version beyond this; what says so is not to be believed. */
const mostMinors = 1000;

function countDown(from: number, to: number): number[] {
  return Array.from({ length: Math.min(mostMinors, Math.max(0, from - to + 1)) }, (_, index) => from - index);
}
