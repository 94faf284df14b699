// What zc.buildout's own tests say about choosing (easy_install.txt, repeatable.txt, dependencylinks.txt,
// test_all.py), as cases over distributions in memory.

import { expect, test } from 'vitest';

import { BuildError, activitiesOf, type Event } from '#base';
import { canonicalizeName, evaluateMarker, parseRequirement, type MarkerEnvironment } from '#standards';

import {
  compareDistributions,
  createPickLedger,
  resolveWorkingSet,
  type DistributionSource,
  type PickLedger,
  type Precedence,
  type ResolvableCandidate,
  type ResolvableDistribution,
  type ResolveOptions,
} from './index.ts';

const markers: MarkerEnvironment = {
  implementation_name: 'cpython',
  implementation_version: '3.11.7',
  os_name: 'posix',
  platform_machine: 'x86_64',
  platform_python_implementation: 'CPython',
  platform_release: '6.1',
  platform_system: 'Linux',
  platform_version: '1',
  python_full_version: '3.11.7',
  python_version: '3.11',
  sys_platform: 'linux',
};

interface Dist extends ResolvableDistribution {
  isNamespace: boolean;
}

interface Facts {
  requires?: string[];
  extras?: string[];
  precedence?: Precedence;
  location?: string;
  links?: string[];
  isNamespace?: boolean;
}

function dist(spec: string, facts: Facts = {}): Dist {
  const [project = '', version = ''] = spec.split(' ');
  const requirements = (facts.requires ?? []).map(parseRequirement);
  return {
    project,
    version,
    location: facts.location ?? `/eggs/${project}-${version}.egg`,
    precedence: facts.precedence ?? 'egg',
    extras: facts.extras ?? [],
    isNamespace: facts.isNamespace ?? false,
    requires: (extras = []) =>
      requirements.filter(({ marker }) => marker === undefined || evaluateMarker(marker, markers, extras)),
    dependencyLinks: () => facts.links ?? [],
  };
}

interface World {
  here?: Dist[];
  /** What the index has. */
  there?: Dist[];
  /** What each dependency link adds. */
  behindLinks?: Record<string, Dist[]>;
  fallback?: Dist[];
}

interface MemoryCandidate extends ResolvableCandidate {
  dist: Dist;
}

function sourceOf(world: World): DistributionSource<Dist, MemoryCandidate> & { asked: string[] } {
  const here = [...(world.here ?? [])];
  const there = [...(world.there ?? [])];
  const asked: string[] = [];
  const named = (dists: Dist[], name: string): Dist[] =>
    dists.filter(({ project }) => canonicalizeName(project) === canonicalizeName(name));
  return {
    asked,
    installed: (project) => named(here, project).sort((a, b) => compareDistributions(b, a)),
    distributionsAt: (location) => here.filter((one) => one.location === location),
    candidates: async ({ name }) => {
      asked.push(name);
      return named(there, name).map((one) => ({
        project: one.project,
        version: one.version,
        precedence: one.precedence === 'egg' ? 'wheel' : one.precedence,
        location: one.location,
        isInDownloadCache: one.location.startsWith('/cache/'),
        dist: one,
      }));
    },
    prepare: async (candidate) => candidate.dist,
    obtain: async (candidate) => {
      const obtained = { ...candidate.dist, precedence: 'egg' as const };
      here.push(obtained);
      return obtained;
    },
    fallback: ({ name }) => named(world.fallback ?? [], name)[0],
    needsPkgResources: async ({ isNamespace }) => isNamespace,
    addLinks: async (links) => {
      for (const link of links) there.push(...(world.behindLinks?.[link] ?? []));
    },
    explainMissing: async () => undefined,
  };
}

interface Outcome {
  workingSet: string[];
  lines: string[];
  ledger: PickLedger;
  asked: string[];
}

type Settings = Partial<ResolveOptions<Dist, MemoryCandidate>> & { pin?: Record<string, string> };

async function resolve(world: World, specs: string[], settings: Settings = {}): Promise<Outcome> {
  const source = sourceOf(world);
  const lines: string[] = [];
  const ledger = createPickLedger();
  const { pin, ...options } = settings;
  const workingSet = await resolveWorkingSet({
    specs,
    source,
    markers,
    pins: new Map(Object.entries(pin ?? {})),
    canInstall: true,
    newest: true,
    preferFinal: true,
    allowPicked: true,
    checkPicked: true,
    followDependencyLinks: true,
    allowUnknownExtras: false,
    ledger,
    report: (event: Event) => {
      if (event.type === 'log') lines.push(event.text);
    },
    ...options,
  }).catch((error: unknown) => {
    if (error instanceof Error) Object.assign(error, { lines });
    throw error;
  });
  return { workingSet: workingSet.map(describe), lines, ledger, asked: source.asked };
}

async function failure(
  world: World,
  specs: string[],
  settings: Settings = {},
): Promise<BuildError & { lines: string[] }> {
  try {
    await resolve(world, specs, settings);
  } catch (error) {
    if (error instanceof BuildError && 'lines' in error) return error as BuildError & { lines: string[] };
    throw error;
  }
  throw new Error('it did not fail');
}

function describe({ project, version }: Dist): string {
  return `${project} ${version}`;
}

const demo = [
  dist('demo 0.1', { requires: ['demoneeded'] }),
  dist('demo 0.2', { requires: ['demoneeded'] }),
  dist('demo 0.3', { requires: ['demoneeded'] }),
  dist('demo 0.4rc1', { requires: ['demoneeded'] }),
  dist('demoneeded 1.0'),
  dist('demoneeded 1.1'),
  dist('demoneeded 1.2rc1'),
];

const choices: [what: string, specs: string[], outcome: { settings: Settings; takes: string[] }][] = [
  ['the newest final of everything', ['demo'], { settings: {}, takes: ['demoneeded 1.1', 'demo 0.3'] }],
  [
    'pre-releases when finals are not preferred',
    ['demo'],
    { settings: { preferFinal: false }, takes: ['demoneeded 1.2rc1', 'demo 0.4rc1'] },
  ],
  [
    'what a pin says',
    ['demo'],
    { settings: { pin: { demo: '0.2', demoneeded: '1.0' } }, takes: ['demoneeded 1.0', 'demo 0.2'] },
  ],
  [
    'what a pin with == says',
    ['demo'],
    { settings: { pin: { Demo: '==0.2' } }, takes: ['demoneeded 1.1', 'demo 0.2'] },
  ],
  [
    'what is below an upper bound',
    ['demo'],
    { settings: { pin: { demoneeded: '<1.1' } }, takes: ['demoneeded 1.0', 'demo 0.3'] },
  ],
  [
    'a pinned pre-release',
    ['demo'],
    { settings: { pin: { demo: '0.4rc1' } }, takes: ['demoneeded 1.1', 'demo 0.4rc1'] },
  ],
  ['nothing for a marker that does not hold', ["demo ; python_version < '3'"], { settings: {}, takes: [] }],
];

test.each(choices)('takes %s', async (_, specs, { settings, takes }) => {
  const { workingSet } = await resolve({ there: demo }, specs, settings);
  expect(workingSet).toEqual(takes);
});

test('prints what zc.buildout prints, in its order', async () => {
  const { lines } = await resolve({ there: demo }, ['demo']);
  expect(lines).toEqual([
    "Installing 'demo'.",
    "We have no distributions for demo that satisfies 'demo'.",
    "Getting distribution for 'demo'.",
    'Got demo 0.3.',
    'Picked: demo = 0.3',
    "Getting required 'demoneeded'",
    '  required by demo 0.3.',
    "We have no distributions for demoneeded that satisfies 'demoneeded'.",
    "Getting distribution for 'demoneeded'.",
    'Got demoneeded 1.1.',
    'Picked: demoneeded = 1.1',
  ]);
});

test('asks the index again for what is here when the newest is wanted, and only then', async () => {
  const here = [dist('demo 0.2', { requires: ['demoneeded'] }), dist('demoneeded 1.0')];
  const newest = await resolve({ here, there: demo }, ['demo']);
  expect(newest.workingSet).toEqual(['demoneeded 1.1', 'demo 0.3']);
  const content = await resolve({ here, there: demo }, ['demo'], { newest: false });
  expect(content.workingSet).toEqual(['demo 0.2', 'demoneeded 1.0']);
  expect(content.asked).toEqual([]);
});

test('says so when the index has nothing newer, or nothing at all', async () => {
  const here = [dist('demoneeded 1.1')];
  const newest = await resolve({ here, there: demo }, ['demoneeded']);
  expect(newest.lines).toContain("We have the best distribution that satisfies 'demoneeded'.");
  const alone = await resolve({ here }, ['demoneeded']);
  expect(alone.lines).toContain(
    "There are no distros available that meet 'demoneeded'.\nUsing our best, demoneeded 1.1.",
  );
});

test('does not ask the index for an exact pin that is here', async () => {
  const here = [dist('demoneeded 1.0'), dist('demoneeded 1.1')];
  const { asked, lines, workingSet } = await resolve({ here, there: demo }, ['demoneeded'], {
    pin: { demoneeded: '1.0' },
  });
  expect(workingSet).toEqual(['demoneeded 1.0']);
  expect(asked).toEqual([]);
  expect(lines).toContain("We have the distribution that satisfies 'demoneeded==1.0'.");
});

test('takes a develop egg that fits before any newer egg, and does not call it picked', async () => {
  const here = [
    dist('demoneeded 1.2'),
    dist('demoneeded 1.0', { precedence: 'develop', location: '/src/demoneeded' }),
  ];
  const { workingSet, lines, ledger } = await resolve({ here, there: demo }, ['demoneeded']);
  expect(workingSet).toEqual(['demoneeded 1.0']);
  expect(lines).toContain('We have a develop egg: demoneeded 1.0');
  expect(ledger.versions()).toEqual([]);
});

test('lets a final that is here win over a newer pre-release on the index', async () => {
  const { workingSet } = await resolve(
    { here: [dist('a 1.0rc1')], there: [dist('a 0.9'), dist('a 1.1rc1')] },
    ['a'],
  );
  expect(workingSet).toEqual(['a 0.9']);
});

test('prefers the download cache, then wheels before eggs before sdists, among files of one version', async () => {
  const there = [
    dist('a 1.0', { precedence: 'sdist', location: '/z/a-1.0.tar.gz' }),
    dist('a 1.0', { precedence: 'wheel', location: '/a/a-1.0.whl' }),
  ];
  const wheel = await resolve({ there }, ['a']);
  expect(wheel.workingSet).toEqual(['a 1.0']);
  const cached = dist('a 1', { precedence: 'sdist', location: '/cache/dist/a-1.tar.gz' });
  const fromCache = await resolve({ there: [...there, cached] }, ['a']);
  expect(fromCache.workingSet).toEqual(['a 1']);
});

test('puts fetched eggs in front and those that were here behind', async () => {
  const here = [dist('b 1.0')];
  const there = [dist('a 1.0', { requires: ['b', 'c'] }), dist('c 1.0')];
  const { workingSet } = await resolve({ here, there }, ['a'], { newest: false });
  expect(workingSet).toEqual(['c 1.0', 'a 1.0', 'b 1.0']);
});

test('follows requirements breadth first, last ones first', async () => {
  const there = [
    dist('a 1', { requires: ['b', 'c'] }),
    dist('b 1', { requires: ['d'] }),
    dist('c 1', { requires: ['e'] }),
    dist('d 1'),
    dist('e 1'),
  ];
  const { lines } = await resolve({ there }, ['a']);
  expect(lines.filter((line) => line.startsWith('Got'))).toEqual([
    'Got a 1.',
    'Got c 1.',
    'Got b 1.',
    'Got e 1.',
    'Got d 1.',
  ]);
});

test('follows the requirements of extras, however they are spelt', async () => {
  const there = [
    dist('a 1', { extras: ['my-extra'], requires: ['b', 'c; extra == "my-extra"'] }),
    dist('b 1'),
    dist('c 1'),
  ];
  expect((await resolve({ there }, ['a'])).workingSet).toEqual(['b 1', 'a 1']);
  expect((await resolve({ there }, ['a[My_Extra]'])).workingSet).toEqual(['b 1', 'c 1', 'a 1']);
});

test('refuses an extra that a distribution has not, unless that is allowed', async () => {
  const there = [dist('a 1', { extras: ['x'], requires: ['b'] }), dist('b 1')];
  const error = await failure({ there }, ['a[nope]']);
  expect(error.message).toMatch(
    /^Couldn't find the required extra\. This means the requirement is incorrect\. /,
  );
  expect(error.lines).toContain("a 1 does not provide the extra 'nope'");
  expect(error.hint).toBe(
    'a 1 has these extras: x; the requirement is `a[nope]`, which was asked for directly',
  );
  const allowed = await resolve({ there }, ['a[nope]'], { allowUnknownExtras: true });
  expect(allowed.workingSet).toEqual(['b 1', 'a 1']);
});

test('treats names that differ in spelling as one project', async () => {
  const there = [dist('Zope.Interface 5.0'), dist('a 1', { requires: ['zope-interface'] })];
  const { workingSet } = await resolve({ there }, ['zope_interface', 'a'], {
    pin: { 'ZOPE.interface': '5.0' },
  });
  expect(workingSet).toEqual(['a 1', 'Zope.Interface 5.0']);
});

test('fails on a conflict instead of going back, with the way to both sides as hint', async () => {
  const there = [
    dist('samplea 1', { requires: ['sampleb'] }),
    dist('sampleb 1', { requires: ['demoneeded==1.0'] }),
    ...demo,
  ];
  const error = await failure({ there }, ['demoneeded', 'samplea'], {
    pinOrigins: new Map([['demoneeded', { file: 'versions.cfg', line: 12 }]]),
    pin: { demoneeded: '>=1.0' },
  });
  expect(error.message).toBe('There is a version conflict.\nWe already have: demoneeded 1.1');
  expect(error.hint).toBe(
    'demoneeded 1.1 was chosen for `demoneeded`, which was asked for directly\n' +
      'it does not fit `demoneeded==1.0`, required by sampleb 1, required by samplea 1, which was asked for as `samplea`\n' +
      'the pin `demoneeded = >=1.0` in versions.cfg:12 decides its version',
  );
  expect(error.where).toEqual({ file: 'versions.cfg', line: 12 });
});

test('names in a conflict who requires what, as zc.buildout', async () => {
  const there = [
    dist('a 1', { requires: ['c==1'] }),
    dist('b 1', { requires: ['c==2'] }),
    dist('c 1'),
    dist('c 2'),
  ];
  const error = await failure({ there }, ['a', 'b']);
  expect(error.message).toBe("There is a version conflict.\nWe already have: c 2\nbut a 1 requires 'c==1'.");
});

test('refuses a requirement that its pin does not allow, and says all that is known about the name', async () => {
  const there = [dist('a 1', { requires: ['demoneeded>1.1'] }), ...demo];
  const error = await failure({ there }, ['a'], { pin: { demoneeded: '1.0' } });
  expect(error.message).toBe(
    "The requirement ('demoneeded>1.1') is not allowed by your [versions] constraint (1.0)",
  );
  expect(error.lines.at(-1)).toBe(
    'Version and requirements information containing demoneeded:\n' +
      '  [versions] constraint on demoneeded: 1.0\n' +
      '  Requirement of a: demoneeded>1.1',
  );
});

test('says what it could not find, and what it was doing', async () => {
  const error = await failure({ there: [dist('a 1', { requires: ['nowhere>=2'] })] }, ['a']);
  expect(error.message).toBe("Couldn't find a distribution for 'nowhere>=2'.");
  expect(activitiesOf(error)).toEqual(["Getting distribution for 'nowhere>=2'."]);
  expect(error.hint).toBe('the requirement is `nowhere>=2`, required by a 1, which was asked for as `a`');
});

test('installs nothing and asks nobody when nothing may be installed', async () => {
  const error = await failure({ there: demo }, ['demo'], { canInstall: false });
  expect(error.message).toBe(
    "We don't have a distribution for demo\nand can't install one in offline (no-install) mode.\n",
  );
  const source = await resolve({ here: demo, there: demo }, ['demo'], { canInstall: false, newest: false });
  expect(source.workingSet).toEqual(['demo 0.3', 'demoneeded 1.1']);
  expect(source.asked).toEqual([]);
  expect(source.lines).toContain("Adding required 'demoneeded'");
});

test('remembers picks and who required them', async () => {
  const { ledger } = await resolve({ there: demo }, ['demo'], { pin: { demo: '0.3' } });
  expect(ledger.versions()).toEqual([['demoneeded', '1.1']]);
  expect([...ledger.requiredBy()]).toEqual([['demoneeded', new Set(['demo==0.3'])]]);
});

test('refuses to pick when that is not allowed', async () => {
  const error = await failure({ there: demo }, ['demo'], { allowPicked: false, pin: { demo: '0.3' } });
  expect(error.message).toContain(
    'Picked: demoneeded = 1.1\n\nThe `demoneeded` egg does not have a version pin',
  );
  expect(error.message).toContain('\n\n    demoneeded = 1.1\n\n');
});

test('never calls a pick what zc.buildout finds in its own Python', async () => {
  const { ledger, lines } = await resolve({ there: [dist('setuptools 80')] }, ['setuptools'], {
    neverPicked: new Set(['setuptools']),
    allowPicked: false,
  });
  expect(ledger.versions()).toEqual([]);
  expect(lines.join('\n')).not.toContain('Picked');
});

test('follows dependency links of what it gets, unless told not to', async () => {
  const world: World = {
    there: [dist('a 1', { requires: ['b'], links: ['http://links/'] })],
    behindLinks: { 'http://links/': [dist('b 2')] },
  };
  expect((await resolve(world, ['a'])).workingSet).toEqual(['b 2', 'a 1']);
  const error = await failure(world, ['a'], { followDependencyLinks: false });
  expect(error.message).toBe("Couldn't find a distribution for 'b'.");
});

const setuptools = [dist('setuptools 70'), dist('setuptools 82')];

const namespaceCases: [
  what: string,
  world: { pin: Record<string, string>; available: Dist[] },
  takes: string[],
][] = [
  [
    'a setuptools that still has pkg_resources',
    { pin: {}, available: setuptools },
    ['setuptools 70', 'a.b 1'],
  ],
  ['the pinned setuptools', { pin: { setuptools: '82' }, available: setuptools }, ['setuptools 82', 'a.b 1']],
  [
    'any setuptools when there is no older one',
    { pin: {}, available: setuptools.slice(1) },
    ['setuptools 82', 'a.b 1'],
  ],
];

test.each(namespaceCases)(
  'brings %s for a namespace package of pkg_resources style',
  async (_, { pin, available }, takes) => {
    const there = [dist('a.b 1', { isNamespace: true }), ...available];
    const { workingSet } = await resolve({ there }, ['a.b'], { pin });
    expect(workingSet).toEqual(takes);
  },
);

test('falls back to the last resort when nobody has a candidate', async () => {
  const own = dist('setuptools 65', { precedence: 'develop', location: '/usr/lib/python3' });
  const { workingSet } = await resolve({ fallback: [own] }, ['setuptools']);
  expect(workingSet).toEqual(['setuptools 65']);
});

test('counts what lies beside the first distributions as installed', async () => {
  const location = '/usr/lib/site-packages';
  const here = [
    dist('a 1', { precedence: 'develop', location, requires: ['b'] }),
    dist('b 1', { precedence: 'develop', location }),
  ];
  const { workingSet, lines } = await resolve({ here }, ['a']);
  expect(workingSet).toEqual(['a 1']);
  expect(lines.join('\n')).not.toContain("Getting required 'b'");
});

test('overrules a distribution that was active before', async () => {
  const active = dist('demoneeded 1.0', { location: '/old/demoneeded' });
  const { workingSet } = await resolve({ there: demo }, ['demo'], {
    workingSet: [active],
    pin: { demoneeded: '1.1' },
  });
  expect(workingSet).toEqual(['demoneeded 1.1', 'demo 0.3']);
});

test('looks ahead without changing the outcome', async () => {
  const there = [
    dist('a 1', { requires: ['b', 'c<2'] }),
    dist('b 1', { requires: ['c'] }),
    dist('c 1'),
    dist('c 2', { requires: ['wrong'] }),
  ];
  const { workingSet } = await resolve({ there }, ['a']);
  expect(workingSet).toEqual(['b 1', 'c 1', 'a 1']);
});
