// Versions, specifiers, requirements, markers, names and files, checked case by case against `packaging` and
// `pkg_resources`. All questions of the suite go to one Python at once.

import { join } from 'node:path';

import { beforeAll, expect, test } from 'vitest';

import {
  canonicalizeName,
  compareVersions,
  evaluateMarker,
  forgivingVersion,
  formatEggFilename,
  formatMarker,
  formatRecord,
  formatRequirement,
  formatSpecifierSet,
  isNormalizedName,
  isPrerelease,
  parseCoreMetadata,
  parseEggFilename,
  parseEntryPoints,
  parseMarker,
  parseRecord,
  parseRequirement,
  parseRequiresTxt,
  parseSdistFilename,
  parseSpecifierSet,
  parseVersion,
  parseWheelFilename,
  requiresTxtExtras,
  safeExtra,
  safeName,
  safeVersion,
  satisfies,
  toFilename,
  tryParseVersion,
  type MarkerEnvironment,
} from '#standards';
import { askOracle, oraclePython } from '../../support/oracle-python.ts';
import * as cases from './case-generator.ts';

interface Check {
  question: readonly unknown[];
  /** Our answer, in the form of the oracle's. */
  answer: () => unknown;
  /** The oracle's answer, where only a part of it is comparable. */
  comparable?: (answer: unknown) => unknown;
}

const random = cases.createGenerator();
const suites = new Map<string, Check[]>();
const answers = new Map<Check, unknown>();

beforeAll(async () => {
  const checks = [...suites.values()].flat();
  const questions = checks.map(({ question }) => question);
  const given = askOracle(await oraclePython(), join(import.meta.dirname, 'oracle.py'), questions);
  for (const [index, check] of checks.entries()) answers.set(check, given[index]);
});

/** Declares a test of so many generated checks. */
function compareWithOracle(sentence: string, count: number, make: () => Check | undefined): void {
  const checks = Array.from({ length: count }, make).filter((check) => check !== undefined);
  suites.set(sentence, checks);
  test(sentence, () => {
    const wrong = checks.flatMap((check) => {
      const { question, answer, comparable = (given) => given } = check;
      const expected = comparable(answers.get(check));
      const actual = tryOr(answer);
      return JSON.stringify(actual) === JSON.stringify(expected) ? [] : [{ question, expected, actual }];
    });
    const message = `${wrong.length} of ${checks.length} differ; CLUTCH_SEED=${random.seed}`;
    expect(
      wrong.slice(0, 5).map((difference) => JSON.stringify(difference)),
      message,
    ).toEqual([]);
  });
}

function tryOr(answer: () => unknown): unknown {
  try {
    return answer() ?? null;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { error: error.message, code: error.code };
    throw error;
  }
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

compareWithOracle('reads and normalises versions', 4000, () => {
  const text = cases.spoil(random, cases.version(random), 0.25);
  return {
    question: ['version', text],
    answer: () => {
      const version = tryParseVersion(text);
      if (version === undefined) return null;
      const normal = version.normalized;
      return { text: normal, prerelease: isPrerelease(version), public: normal.split('+')[0] };
    },
  };
});

compareWithOracle('orders versions', 4000, () => {
  const [first, second] = [validVersion(), validVersion()];
  return {
    question: ['compare', first, second],
    answer: () => compareVersions(parseVersion(first), parseVersion(second)),
  };
});

function validVersion(): string {
  const text = cases.version(random);
  return tryParseVersion(text) === undefined ? '1.0' : text;
}

compareWithOracle('reads and prints specifier sets', 3000, () => {
  const text = cases.spoil(random, cases.specifiers(random), 0.3);
  return {
    question: ['specifiers', text],
    answer: () => attempt(() => formatSpecifierSet(parseSpecifierSet(text))),
  };
});

compareWithOracle('says which versions fit', 10_000, () => {
  const text = cases.specifiers(random);
  const set = attempt(() => parseSpecifierSet(text));
  if (set === null) return undefined;
  // Versions close to the specifier's own are the interesting ones.
  const near = `${set.specifiers[0]?.version.replace('.*', '').split('+')[0] ?? '1'}${random.pick(['', '.0', '.post1', '.dev1', '+x', 'a1', '.post1.dev2', '.0+1'])}`;
  const version = random.chance(0.5) ? near : cases.spoil(random, cases.version(random), 0.05);
  const prereleases = random.chance(0.6);
  return {
    question: ['contains', text, version, prereleases],
    answer: () => satisfies(version, set, { prereleases }),
  };
});

const pick = (given: unknown, ...fields: string[]): unknown => {
  const record = given as Record<string, unknown>;
  return Object.fromEntries(fields.filter((field) => field in record).map((field) => [field, record[field]]));
};

compareWithOracle('reads, prints and refuses requirements', 8000, () => {
  const text = cases.spoil(random, cases.requirement(random), 0.25);
  return {
    question: ['requirement', text],
    answer: () => {
      const requirement = parseRequirement(text);
      return {
        name: requirement.name,
        extras: [...requirement.extras].sort(),
        specifier: formatSpecifierSet(requirement.specifiers),
        url: requirement.url ?? null,
        text: formatRequirement(requirement),
        legacy: formatRequirement(requirement, { safeExtras: true }),
      };
    },
    comparable: (given) => {
      const { error } = given as { error?: string };
      return error === undefined ? given : { error, code: 'INVALID_REQUIREMENT' };
    },
  };
});

compareWithOracle('reads and prints markers', 4000, () => {
  const text = cases.spoil(random, cases.marker(random), 0.3);
  return {
    question: ['marker', text],
    answer: () => ({ text: formatMarker(parseMarker(text)) }),
    comparable: (given) => {
      const { error } = given as { error?: string };
      return error === undefined ? given : { error, code: 'INVALID_MARKER' };
    },
  };
});

const environment: MarkerEnvironment = {
  python_version: '3.11',
  python_full_version: '3.11.7',
  os_name: 'posix',
  sys_platform: 'linux',
  platform_release: '5.10.0-generic',
  platform_system: 'Linux',
  platform_version: '#1 SMP',
  platform_machine: 'x86_64',
  platform_python_implementation: 'CPython',
  implementation_name: 'cpython',
  implementation_version: '3.11.7',
};

compareWithOracle('evaluates markers', 6000, () => {
  const text = cases.marker(random);
  const marker = attempt(() => parseMarker(text));
  if (marker === null) return undefined;
  const extra = random.pick(['', 'test', 'Foo.bar', 'foo-bar']);
  const here = {
    ...environment,
    ...(random.chance(0.1) && { python_full_version: '3.13.0+', platform_release: '5.10' }),
  };
  const names: Record<string, string> = {
    UNDEFINED_COMPARISON: 'UndefinedComparison',
    UNDEFINED_ENVIRONMENT_NAME: 'UndefinedEnvironmentName',
  };
  return {
    question: ['evaluate', text, here, extra],
    answer: () => {
      try {
        // Ours is true without the extra, too.
        return evaluateMarker(marker, here, [extra]);
      } catch (error) {
        return error instanceof Error && 'code' in error ? names[String(error.code)] : String(error);
      }
    },
    comparable: (given) => (given === false && evaluateWithout(text, here) === true ? true : given),
  };
});

function evaluateWithout(text: string, here: MarkerEnvironment): boolean | null {
  return attempt(() => evaluateMarker(parseMarker(text), here));
}

compareWithOracle('makes names safe and canonical', 1500, () => {
  const text = random.chance(0.5)
    ? cases.spoil(random, cases.name(random), 0.6)
    : cases.spoil(random, cases.version(random), 0.5);
  return {
    question: ['name', text],
    answer: () => ({
      canonical: canonicalizeName(text),
      isNormalized: isNormalizedName(text),
      safeName: safeName(text),
      safeVersion: safeVersion(text),
      safeExtra: safeExtra(text),
      filename: toFilename(text),
      forgiven: forgivingVersion(text).normalized,
    }),
  };
});

compareWithOracle('reads file names of wheels', 3000, () => {
  const tags = random.pick([
    'py3-none-any',
    'py2.py3-none-any',
    'cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64',
    'CP39-abi3-MacOSX_11_0_arm64',
    'cp311..cp312-none-any',
    '3py-none-any',
  ]);
  const build = random.chance(0.2) ? `-${random.pick(['1', '12abc', 'x', '007', '1.2'])}` : '';
  const project = random.pick(['foo', 'Foo_Bar', 'zope.interface', 'a__b', 'foo-bar', 'é', '']);
  const file = cases.spoil(random, `${project}-${cases.version(random)}${build}-${tags}.whl`, 0.15);
  return {
    question: ['wheel', file],
    answer: () => {
      const wheel = parseWheelFilename(file);
      if (wheel === undefined) return null;
      const { pythons, abis, platforms } = wheel;
      const all = pythons.flatMap((python) =>
        abis.flatMap((abi) => platforms.map((p) => `${python}-${abi}-${p}`)),
      );
      return {
        project: canonicalizeName(wheel.project),
        version: parseVersion(wheel.version).normalized,
        build:
          wheel.build === undefined ? null : (wheel.build.replace(/^0+(?=[0-9])/, '').split('\n')[0] ?? ''),
        tags: [...new Set(all)].sort(),
      };
    },
  };
});

compareWithOracle('finds a known project in the name of its sdist', 2000, () => {
  const project = random.pick(['foo', 'foo-2', 'foo-2bar', 'zope.interface', 'a-b-c', '3to2', 'X_y']);
  const version = safeVersion(cases.version(random)).replaceAll('-', '_');
  const extension = random.pick(['.tar.gz', '.zip']);
  const file = `${random.chance(0.5) ? project : project.replaceAll('-', '_')}-${version}${extension}`;
  return {
    question: ['sdist', file],
    answer: () => {
      const sdist = parseSdistFilename(file, project);
      const isVersion = sdist !== undefined && tryParseVersion(sdist.version) !== undefined;
      return isVersion ? { project: canonicalizeName(sdist.project), version: sdist.version } : null;
    },
  };
});

compareWithOracle('interprets names of archives as zc.buildout does', 3000, () => {
  const project = random.pick(['foo', 'foo-2', 'foo-bar', 'zope.interface', 'a_b', '', '2', 'x-y']);
  const rest = random.pick(['', '-py2.7', '-py3.10', '-r123', '-linux', '-latest']);
  const file = cases.spoil(
    random,
    `${project}-${cases.version(random).trim()}${rest}${random.pick(['.tar.gz', '.zip', '.tgz', '.tar.bz2', '.tar'])}`,
    0.15,
  );
  // Python's `isdigit` knows digits of every script; no archive is named with them.
  if (/[²٣]/.test(file)) return undefined;
  return {
    question: ['interpret', file],
    answer: () => parseSdistFilename(file) ?? null,
    // One without name or version is of no use to anybody.
    comparable: (given) => {
      const found = given as { project: string; version: string } | null;
      return found === null || found.project === 'Unknown' || found.version === '' ? null : found;
    },
  };
});

compareWithOracle('reads and makes names of eggs', 3000, () => {
  const parts = [
    random.pick(['Foo', 'foo_bar', 'zope.interface', 'x']),
    cases.version(random).trim().replaceAll('-', '_'),
    random.pick(['py3.11', 'py2.7', 'PY3.12', 'x']),
    random.pick(['linux-x86_64', 'macosx-11.0-arm64', 'any']),
  ];
  const file = `${cases.spoil(random, parts.slice(0, 1 + random.below(4)).join('-'), 0.1)}.egg`;
  return {
    question: ['egg', file],
    answer: () => {
      const egg = parseEggFilename(file);
      if (egg === undefined) return null;
      const { project, version, python = null, platform = null } = egg;
      return { project, version, python, platform, ...(python !== null && { name: formatEggFilename(egg) }) };
    },
    comparable: (given) => {
      const record = given as Record<string, unknown> | null;
      if (record === null || record['python'] !== null) return given;
      return pick(given, 'project', 'version', 'python', 'platform');
    },
  };
});

compareWithOracle('reads entry_points.txt', 2000, () => {
  const target = (): string =>
    random.pick([
      'a.b:c',
      'a.b:c.d',
      'a',
      'a.b : c [x]',
      'a:b [X_y, z]',
      'a:b[]',
      'a b',
      ':c',
      'a:b [x>1]',
      'a=b:c',
      'a..b',
      'é.b:ü',
    ]);
  const line = (): string =>
    random.pick([
      `${random.pick(['x', 'y', 'x y', 'a.b', 'q-r', 'k = l'])} = ${target()}`,
      '# comment',
      '',
      '  ',
      '[g2]',
      '[bad group]',
      '[console_scripts]',
      '[unclosed',
    ]);
  const head = random.chance(0.9) ? '[g]\n' : '';
  const text = head + random.repeat(4, line, random.pick(['\n', '\r\n', '\n  ']));
  return {
    question: ['entry-points', text],
    answer: () =>
      attempt(() =>
        [...parseEntryPoints(text)].map(([group, points]) => [
          group,
          points.map(({ name, module, attributes, extras }) => [
            name,
            module,
            attributes,
            [...extras].sort(),
          ]),
        ]),
      ),
  };
});

compareWithOracle('turns requires.txt into requirements with markers', 2000, () => {
  const heading = (): string =>
    random.pick([
      '[test]',
      '[Test_X]',
      `[:python_version<"${random.pick(['3', '4'])}"]`,
      '[test:sys_platform=="linux"]',
      '[doc:broken',
      '[doc:no marker]',
      '[:]',
      '[]',
    ]);
  const line = (): string =>
    random.pick(['foo>=1', 'Bar[x]==2 # why', 'baz', '# no', '', 'long\\', 'q<2,>1']);
  const text = random.repeat(6, () => (random.chance(0.3) ? heading() : line()), '\n');
  return {
    question: ['requires', text, environment],
    answer: () =>
      attempt(() => {
        const requirements = parseRequiresTxt(text).map(parseRequirement);
        const extras = requiresTxtExtras(text).sort();
        const needed = (extra: string): string[] =>
          requirements
            .filter(({ marker }) => marker === undefined || evaluateMarker(marker, environment, [extra]))
            .map(({ name, extras, specifiers }) =>
              formatRequirement({ name, extras, specifiers }, { safeExtras: true }),
            )
            .sort();
        return { extras, needs: Object.fromEntries(['', ...extras].map((extra) => [extra, needed(extra)])) };
      }),
    comparable: (given) => {
      const found = given as { extras: string[]; needs: Record<string, string[]> } | null;
      for (const lines of Object.values(found?.needs ?? {})) lines.sort();
      return found;
    },
  };
});

compareWithOracle('reads the headers and the body of core metadata', 2000, () => {
  const line = (): string =>
    random.pick([
      'Requires-Dist: foo (>=1)',
      'requires-dist: bar; extra == "x"',
      'Summary: é',
      ' folded',
      '\tfolded too',
      'Empty:',
      'X-A:b',
      'Keywords:  a',
      '',
      'no field here',
      'Name : x',
      ':nameless',
    ]);
  const end = random.pick(['\n', '\n', '\r\n', '\r']);
  const text = `Metadata-Version: 2.1${end}Name: foo${end}Version: 1.0${end}${random.repeat(7, line, end)}`;
  return {
    question: ['metadata', text],
    answer: () => {
      const { headers, description = '' } = parseCoreMetadata(text);
      return { headers: [...headers].map(([name, values]) => [name, values]), body: description };
    },
    comparable: (given) => {
      const { headers, body } = given as { headers: [string, string][]; body: string };
      const grouped = new Map<string, string[]>();
      for (const [name, value] of headers) {
        grouped.set(name, [...(grouped.get(name) ?? []), value.replaceAll(/\r\n|\r/g, '\n')]);
      }
      return { headers: [...grouped], body };
    },
  };
});

compareWithOracle('reads RECORD', 1000, () => {
  const field = (): string =>
    random.pick(['a/b.py', '"a,b"', '"say ""x"""', 'sha256=abc', '12', '', 'é', 'a"b', '"a\nb"', '"a"b']);
  const text = random.repeat(4, () => [field(), field(), field()].join(','), random.pick(['\n', '\r\n']));
  return {
    question: ['record', text],
    answer: () => parseRecord(text).map(({ path, hash = '' }) => [path, hash]),
    comparable: (given) =>
      (given as string[][]).filter(([path]) => path !== '').map((row) => row.slice(0, 2)),
  };
});

compareWithOracle('writes RECORD', 300, () => {
  const field = (): string => random.pick(['a/b.py', 'a,b', 'say "x"', 'é', ' a', "it's", 'a\nb', 'a\rb']);
  const rows = Array.from({ length: random.below(4) }, () => ({
    path: field(),
    hash: field(),
    size: random.below(9),
  }));
  return {
    question: ['write-record', rows.map(({ path, hash, size }) => [path, hash, size])],
    answer: () => formatRecord(rows),
  };
});
