// The environment variables that a build sees: an allow-list of the user's, and settings that make two builds of one
// source give the same bytes.

import { delimiter, join } from 'node:path';
import type { Environment } from '#base';
import { pythonSourceFile } from '#python';

/** Every source file of a build has this time, and what the build writes too: the second day that zip can express. */
export const sourceDateEpoch: number = 315_619_200;

const allowed = new Set(
  `
  PATH HOME USER LOGNAME SHELL TERM TMPDIR TZ AR ARCHFLAGS AS CC CFLAGS CPATH CPP CPPFLAGS CXX
  CXXFLAGS C_INCLUDE_PATH CPLUS_INCLUDE_PATH FC FFLAGS LD LDFLAGS LDSHARED LD_LIBRARY_PATH LD_RUN_PATH
  LIBRARY_PATH MAKEFLAGS NM OBJCFLAGS RANLIB STRIP PKG_CONFIG PKG_CONFIG_PATH PKG_CONFIG_LIBDIR
  PKG_CONFIG_SYSROOT_DIR DEVELOPER_DIR DYLD_LIBRARY_PATH MACOSX_DEPLOYMENT_TARGET SDKROOT CARGO_HOME
  RUSTUP_HOME RUSTUP_TOOLCHAIN RUSTFLAGS GOPATH GOCACHE JAVA_HOME http_proxy https_proxy no_proxy
  HTTP_PROXY HTTPS_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR
`.split(/\s+/),
);

/** Settings of build back ends for the version of a checkout. */
const allowedPattern = /^(SETUPTOOLS_SCM_PRETEND_VERSION|PBR_VERSION|HATCH_|SETUPTOOLS_USE_DISTUTILS)/;

export interface BuildEnvironmentOptions {
  environment: Environment;
  extraEnvironment: Readonly<Record<string, string>>;
  /** A directory that must not show in what the compiler writes. */
  hidden?: string | undefined;
  /** The directory for programs of build requirements. */
  scripts: string;
  /** `sys.path` entries of the build requirements. */
  paths: readonly string[];
}

/** The whole environment of a build. */
export function buildEnvironment(options: BuildEnvironmentOptions): Record<string, string> {
  const result: Record<string, string> = { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
  for (const [name, value] of Object.entries(options.environment)) {
    if (value !== undefined && (allowed.has(name) || allowedPattern.test(name))) result[name] = value;
  }
  Object.assign(result, options.extraEnvironment);
  if (options.hidden !== undefined) {
    // CPPFLAGS reaches the same compilations as CFLAGS, but `configure` scripts keep their own `-O2` beside it.
    result['CPPFLAGS'] = `${result['CPPFLAGS'] ?? ''} -ffile-prefix-map=${options.hidden}=/build`.trim();
  }
  result['SOURCE_DATE_EPOCH'] ??= String(sourceDateEpoch);
  result['PATH'] = [options.scripts, result['PATH'] ?? ''].join(delimiter);
  // What pip sets for a build, and no byte code beside eggs that other runs share.
  Object.assign(result, { PYTHONNOUSERSITE: '1', PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: '0' });
  result['CLUTCH_BUILD_PATH'] = options.paths.join(delimiter);
  const isolation = pythonSourceFile(join('build_environment', 'sitecustomize.py'));
  result['PYTHONPATH'] = [join(isolation, '..'), ...options.paths].join(delimiter);
  return result;
}
