// What the user reads when a build fails: which distribution, at which step, the end of its output, and the way out
// where the output shows it.

import { BuildError } from '#base';

const shownLines = 30;

/** A `BUILD_FAILED` error; `step` completes "Cannot build NAME: … failed". */
export function buildFailure(name: string, step: string, output: string): BuildError {
  const lines = output.trimEnd().split('\n');
  const cut =
    lines.length > shownLines ? [`… ${lines.length - shownLines} lines before (-v shows them)`] : [];
  const shown = [...cut, ...lines.slice(-shownLines)].map((line) => `  ${line}`);
  const hint = hintFor(output);
  return new BuildError(
    'BUILD_FAILED',
    [`Cannot build ${name}: ${step} failed`, ...shown].join('\n'),
    hint === undefined ? {} : { hint },
  );
}

function hintFor(output: string): string | undefined {
  for (const [pattern, advise] of hints) {
    const match = pattern.exec(output);
    if (match !== null) return advise(match[1] ?? '');
  }
  return undefined;
}

const compilerAdvice =
  'there is no C compiler: install one (Debian: build-essential, Red Hat: gcc, Alpine: build-base, macOS: xcode-select --install)';

const hints: readonly (readonly [RegExp, (found: string) => string])[] = [
  [
    /(?:unable to execute|error: command) '[^']*(?:gcc|cc|clang)[^']*'(?: failed)?: No such file/,
    () => compilerAdvice,
  ],
  [/(?:\bgcc|\bcc|clang|c\+\+|g\+\+): (?:command )?not found/, () => compilerAdvice],
  [/No such file or directory: '[^']*(?:gcc|clang|cc)'/, () => compilerAdvice],
  [
    /fatal error: '?Python\.h'?/,
    () => 'the headers of Python are missing (Debian: python3-dev, Red Hat: python3-devel)',
  ],
  [/fatal error: ([^\s:']+): No such file or directory/, adviseHeader],
  [/fatal error: '([^']+)' file not found/, adviseHeader],
  [
    /cannot find -l([\w.+-]+)/,
    (library) => `the library \`${library}\` is missing: install its development package`,
  ],
  [/ModuleNotFoundError: No module named '([^']+)'/, adviseModule],
  [
    /(?:can't find Rust compiler|cargo.*not found|rustc.*not found)/i,
    () => 'install Rust (https://rustup.rs)',
  ],
  [
    /(?:No such file or directory: '|unable to find |command not found: )'?(cmake|ninja|pkg-config|pg_config|mysql_config|swig)\b/,
    (program) => `the program \`${program}\` is missing: install it and see that it is on the PATH`,
  ],
];

/** Debian's and Red Hat's packages of headers that distributions often want. */
const headerPackages: readonly (readonly [RegExp, string, string])[] = [
  [/^libxml\//, 'libxml2-dev', 'libxml2-devel'],
  [/^libxslt\//, 'libxslt1-dev', 'libxslt-devel'],
  [/^ffi\.h$/, 'libffi-dev', 'libffi-devel'],
  [/^openssl\//, 'libssl-dev', 'openssl-devel'],
  [/^zlib\.h$/, 'zlib1g-dev', 'zlib-devel'],
  [/^jpeglib\.h$/, 'libjpeg-dev', 'libjpeg-turbo-devel'],
  [/^(?:lber|ldap)\.h$/, 'libldap2-dev', 'openldap-devel'],
  [/^sasl\//, 'libsasl2-dev', 'cyrus-sasl-devel'],
  [/^(?:libpq-fe|postgres.*)\.h$/, 'libpq-dev', 'libpq-devel'],
  [/^mysql/, 'default-libmysqlclient-dev', 'mariadb-connector-c-devel'],
  [/^yaml\.h$/, 'libyaml-dev', 'libyaml-devel'],
];

function adviseHeader(header: string): string {
  const known = headerPackages.find(([pattern]) => pattern.test(header));
  if (known === undefined)
    return `the header \`${header}\` is missing: install the development package that has it`;
  return `the header \`${header}\` is missing (Debian: ${known[1]}, Red Hat: ${known[2]})`;
}

function adviseModule(module: string): string {
  const [top = module] = module.split('.', 1);
  if (top === 'pkg_resources') return 'the build uses pkg_resources: pin setuptools below 82 in [versions]';
  if (top === 'distutils')
    return 'the build uses distutils, which Python 3.12 dropped: use a newer version of it';
  return `the build uses \`${top}\`, but the project does not declare it in build-system.requires`;
}
