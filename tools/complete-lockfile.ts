// After `npm install` has changed package-lock.json: adds the platform packages that the registry in use did not have.
// npm leaves those out of the lock file without a word, and `npm ci` then refuses it. The entries name what the
// package asks for and the platform it is for, so that nothing is ever fetched for them here.

import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  version?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const file = 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockedPackage> };
const added: string[] = [];

for (const [path, owner] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    if (isLocked(path, name)) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(owner.dev === true ? { dev: true } : {}),
      optional: true,
    };
    added.push(`${name}@${version}`);
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, undefined, 2)}\n`);
console.log(`${added.length} platform packages added to ${file}`);

/** Node looks for a package beside its owner and in every folder above. */
function isLocked(owner: string, name: string): boolean {
  const folders = owner.split('/node_modules/');
  for (let depth = folders.length; depth > 0; depth -= 1) {
    const folder = folders.slice(0, depth).join('/node_modules/');
    if (`${folder}/node_modules/${name}` in lock.packages) return true;
  }
  return `node_modules/${name}` in lock.packages;
}

/** From a name such as `@oxfmt/binding-linux-arm-musleabihf`. A package for no known platform may not be left out. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[-/]/);
  if (words.includes('wasm32')) return { cpu: ['wasm32'] };
  const system = words.find((word) =>
    [
      'aix',
      'android',
      'darwin',
      'freebsd',
      'linux',
      'netbsd',
      'openbsd',
      'openharmony',
      'sunos',
      'win32',
    ].includes(word),
  );
  if (system === undefined)
    throw new Error(`${name} is optional, not locked, and for no platform known here`);
  const processor = words[words.indexOf(system) + 1];
  if (processor === undefined) return { os: [system] };
  const library = /musl/.test(name) ? 'musl' : 'glibc';
  return { os: [system], cpu: [processor], ...(system === 'linux' ? { libc: [library] } : {}) };
}
