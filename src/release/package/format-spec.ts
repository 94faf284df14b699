// The spec file of a release's RPM. Each setting is there because the default breaks something: strip changes files that
// RECORD and the release's hashes vouch for, build-id links and dependency generators see what is inside wheels, and
// the clock and the host name make two builds differ.

import type { NeededLibrary, ReleaseManifest } from '../tree/index.ts';
import type { PackageFacts } from './package-facts.ts';
import { isPackagedPython, stateOf } from './package-facts.ts';
import { formatRpmScripts } from './rpm-scripts.ts';

export interface SpecSource {
  /** The source package's file, and the directory in it. */
  file: string;
  directory: string;
  /** More words for `release bundle`. */
  words: readonly string[];
}

/**
 * The text. Without a source it packs the unpacked bundle that the macro `bundle_directory` names; with one, it builds
 * that bundle first, so that a source package gives the same files.
 */
export function formatSpec(facts: PackageFacts, source?: SpecSource): string {
  const { manifest, prefix } = facts;
  return [
    '# Made by clutch (release rpm); docs/releases.md tells why each of these settings is needed.',
    '%global debug_package %{nil}',
    '%global __os_install_post %{nil}',
    '%global __arch_install_post %{nil}',
    '%global _build_id_links none',
    '%global _binary_payload w9.zstdio',
    '%global _source_payload w0.gzdio',
    '%global _buildhost reproducible',
    '%global use_source_date_epoch_as_buildtime 1',
    '%global source_date_epoch_from_changelog 0',
    '%global clamp_mtime_to_source_date_epoch 0',
    '',
    `Name: ${escapeMacros(manifest.name)}`,
    `Version: ${facts.version}`,
    `Release: ${facts.revision}`,
    `Summary: ${escapeMacros(facts.summary)}`,
    `License: ${escapeMacros(facts.license)}`,
    `Packager: ${escapeMacros(facts.maintainer)}`,
    ...(source === undefined ? [] : [`Source0: ${escapeMacros(source.file)}`]),
    'AutoReqProv: no',
    ...rpmRequires(manifest).map((requirement) => `Requires: ${requirement}`),
    ...facts.requires.map((requirement) => `Requires: ${escapeMacros(requirement)}`),
    ...(isPackagedPython(manifest) ? [`BuildRequires: ${manifest.python?.executable ?? ''}`] : []),
    '',
    '%description',
    `${escapeMacros(facts.summary)}.`,
    `The release ${manifest.root.slice(0, 12)} for ${prefix}.`,
    '',
    ...(source === undefined ? [] : buildSection(facts, source)),
    '%install',
    ...installSection(facts, source),
    '',
    '%files',
    '%defattr(-,root,root,0555)',
    ...[prefix, `${prefix}/releases`, `${prefix}/.clutch`, `${prefix}/.clutch/releases`].map(
      (path) => `%attr(0755,root,root) %dir ${path}`,
    ),
    `${prefix}/releases/*`,
    `${prefix}/.clutch/releases/*`,
    `${prefix}/.clutch/packaged`,
    `%ghost ${prefix}/current`,
    '',
    formatRpmScripts(facts),
  ].join('\n');
}

function buildSection({ manifest, prefix }: PackageFacts, source: SpecSource): string[] {
  const state = stateOf(manifest).filter(
    (path, _index, all) => !all.some((other) => path.startsWith(`${other}/`)),
  );
  const words = [
    'release',
    'bundle',
    `--prefix ${prefix}`,
    `-n ${manifest.name}`,
    `--release-version ${manifest.version}`,
    '-o %{_builddir}/bundle.tar.gz',
    ...state.map((path) => `--state ${quote(path)}`),
    ...source.words.map(quote),
  ];
  return [
    '%prep',
    `%setup -q -n ${quote(source.directory)}`,
    '',
    '%build',
    `${python(manifest)} install.py ${words.join(' ')}`,
    '',
  ];
}

function installSection({ manifest, prefix }: PackageFacts, source: SpecSource | undefined): string[] {
  const directory =
    source === undefined ? '%{bundle_directory}' : `%{_builddir}/${manifest.name}-${manifest.version}`;
  return [
    ...(source === undefined ? [] : ['tar -xzf %{_builddir}/bundle.tar.gz -C %{_builddir}']),
    `${python(manifest)} ${directory}/install.py --root %{buildroot}`,
    ...describePackaged(manifest, `%{buildroot}${prefix}`),
    '# Who builds it removes it again; the package has the modes of a release.',
    `find %{buildroot}${prefix}/releases -type d -exec chmod u+w {} +`,
  ];
}

/**
 * Lines of shell after install.py has laid out the release at `place`: what it is goes into `.clutch/packaged` (the root
 * hash, then the state's directories, a line each), for scripts; links, locks and state are made on the target.
 */
export function describePackaged(manifest: ReleaseManifest, place: string): string[] {
  const state = stateOf(manifest);
  return [
    `readlink ${place}/current | sed 's|^releases/||' > ${place}/.clutch/packaged`,
    ...state.map((path) => `echo ${quote(path)} >> ${place}/.clutch/packaged`),
    ...[...state].reverse().map((path) => `rmdir ${place}/${quote(path)}`),
    `find ${place}/.clutch -mindepth 1 -maxdepth 1 ! -name releases ! -name packaged -exec rm -rf {} +`,
    `chmod 0644 ${place}/.clutch/packaged ${place}/.clutch/releases/*`,
    `find ${place} -exec touch -h -d 2020-01-01T00:00:00Z {} +`,
  ];
}

function python({ python: need }: ReleaseManifest): string {
  return need?.executable ?? 'python3';
}

/** `libssl.so.3(OPENSSL_3.0.0)(64bit)` and `python(abi) = 3.11`, as rpm's own generators write what packages provide. */
export function rpmRequires(manifest: ReleaseManifest): string[] {
  const { python: need, platform = '', libraries = [] } = manifest;
  const marker = /(?:64|64le|s390x)$/.test(platform) ? '(64bit)' : '';
  return [
    ...(need !== undefined && isPackagedPython(manifest)
      ? [need.executable, `python(abi) = ${need.version}`]
      : []),
    ...libraries.flatMap((library) => requirementsOf(library, marker)),
  ];
}

function requirementsOf({ soname, versions = [] }: NeededLibrary, marker: string): string[] {
  const plain = marker === '' ? soname : `${soname}()${marker}`;
  return [plain, ...versions.map((version) => `${soname}(${version})${marker}`)];
}

export function escapeMacros(text: string): string {
  return text.replaceAll('%', '%%');
}

function quote(text: string): string {
  const plain = /^[\w@+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return escapeMacros(plain);
}
