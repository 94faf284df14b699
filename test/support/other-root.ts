// A root directory beside the machine's own, into which package managers install: it has the machine's programs and
// libraries, in a mount namespace, and nothing else.

import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

const prepare = `
set -e
root=$1
shift
for place in /usr /lib /lib64 /bin /sbin /etc /proc /dev "$PYTHONS"; do
  [ -e "$place" ] || continue
  if [ -L "$place" ]; then
    ln -sfn "$(readlink "$place")" "$root$place"
  else
    mkdir -p "$root$place"
    mount --rbind "$place" "$root$place"
  fi
done
mkdir -p "$root/var/lib/rpm" "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/tmp"
touch "$root/var/lib/dpkg/status" "$root/var/lib/dpkg/available"
exec "$@"
`;

export interface OutcomeInRoot {
  code: number | null;
  output: string;
  milliseconds: number;
}

/** Runs a shell script with `$root` set; the machine's directories are in the root only while it runs. */
export function runInRoot(root: string, script: string): OutcomeInRoot {
  const words = ['-Urm', 'sh', '-c', prepare, 'sh', root, 'sh', '-ec', script];
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync('unshare', words, {
    encoding: 'utf8',
    env: {
      ...process.env,
      root,
      PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
      LC_ALL: 'C.UTF-8',
      PYTHONS: process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'),
    },
  });
  return { code: status, output: stdout + stderr, milliseconds: performance.now() - started };
}
