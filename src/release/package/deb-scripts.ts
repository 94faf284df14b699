// What dpkg runs on the target: the same as the scripts of an RPM, in the shell. dpkg removes the files of an old version
// before the new one is configured, so the old package's `postrm upgrade` switches already, by what the new one brought.

import { isPackagedPython, type PackageFacts } from './package-facts.ts';

/** By the names that dpkg gives them. Nothing of the state is removed, not even on purge. */
export function formatDebScripts(
  facts: PackageFacts,
): Readonly<Record<'preinst' | 'postinst' | 'postrm', string>> {
  return { preinst: formatCheck(facts), postinst: formatInstall(facts), postrm: formatRemove(facts) };
}

function formatCheck({ prefix, manifest }: PackageFacts): string {
  const { python } = manifest;
  const wanted = python === undefined || isPackagedPython(manifest) ? undefined : python.executable;
  return `#!/bin/sh
set -e
prefix="$DPKG_ROOT${prefix}"
if [ -d "$prefix/current" ] && [ ! -L "$prefix/current" ]; then
  echo "${prefix}/current is a directory, and has to be a link: move it away" >&2
  exit 1
fi
${
  wanted === undefined
    ? ''
    : `\
if [ ! -x "$DPKG_ROOT${wanted}" ]; then
  echo "the release needs the Python ${wanted}, which is not there" >&2
  exit 1
fi
`
}`;
}

/** Shell functions: `.clutch/packaged` has the root hash, then the directories of the state (format-spec.ts). */
function formatSwitch({ prefix, owner }: PackageFacts): string {
  const chown = owner === undefined ? '' : ` && chown ${owner.user}:${owner.group} "$prefix/$path"`;
  return `\
prefix="$DPKG_ROOT${prefix}"
make_state() {
  sed 1d "$prefix/.clutch/packaged" | while IFS= read -r path; do
    [ -e "$prefix/$path" ] || { mkdir "$prefix/$path"${chown}; }
  done
}
switch() {
  root=$(head -n 1 "$prefix/.clutch/packaged")
  rm -f "$prefix/.current-new"
  ln -s "releases/$root" "$prefix/.current-new"
  mv -fT "$prefix/.current-new" "$prefix/current"
}
`;
}

function formatInstall(facts: PackageFacts): string {
  return `#!/bin/sh
set -e
${formatSwitch(facts)}
case "$1" in
  configure | abort-upgrade | abort-remove | abort-deconfigure)
    make_state
    switch
    ;;
esac
`;
}

function formatRemove(facts: PackageFacts): string {
  return `#!/bin/sh
set -e
${formatSwitch(facts)}
case "$1" in
  upgrade)
    [ ! -e "$prefix/.clutch/packaged" ] || switch
    ;;
  remove | purge)
    # What another program installed stays in use.
    [ -e "$prefix/current/" ] || rm -f "$prefix/current"
    ;;
esac
`;
}
