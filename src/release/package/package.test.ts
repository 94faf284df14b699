// What packages say: versions in the order of RPM and dpkg, requirements, the spec, and scripts as the shell reads them.

import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ReleaseManifest } from '../tree/index.ts';
import { formatDebScripts } from './deb-scripts.ts';
import { formatSpec } from './format-spec.ts';
import { packageFacts, packageVersion, type PackageFacts, type PackageOptions } from './package-facts.ts';

const root = 'ab'.repeat(32);
const manifest: ReleaseManifest = {
  format: 1,
  name: 'shop',
  version: '1.0rc1',
  root,
  prefix: '/opt/shop',
  python: { implementation: 'cpython', version: '3.11', executable: '/usr/bin/python3.11' },
  platform: 'linux-x86_64',
  libraries: [{ soname: 'libc.so.6', versions: ['GLIBC_2.34'] }, { soname: 'libz.so.1' }],
  state: ['var', 'var/log files'],
  units: [],
};

function factsOf(options: Partial<PackageOptions> = {}, change: Partial<ReleaseManifest> = {}): PackageFacts {
  return packageFacts({ ...manifest, ...change }, { requires: [], ...options });
}

test.each([
  ['1.0', '1.0'],
  ['1.0rc1', '1.0~rc1'],
  ['1.0.dev3', '1.0~dev3'],
  ['2.0a1.post2', '2.0~a1.post2'],
  ['1.0-beta-2', '1.0~beta.2'],
  ['1.0.post1', '1.0.post1'],
  ['1.0+build.5', '1.0+build.5'],
  ['2026-11-25', '2026~11~25'],
  ['alpha', 'alpha'],
])('the version %s is %s in a package', (version, expected) => {
  expect(packageVersion(version)).toBe(expected);
});

test('a spec says what it needs, and that nothing may change the files', () => {
  const facts = factsOf({ summary: '100% shop', license: 'GPL-2.0-only', requires: ['nginx >= 1.20'] });
  expect(formatSpec(facts)).toMatchInlineSnapshot(`
    "# Made by clutch (release rpm); docs/releases.md tells why each of these settings is needed.
    %global debug_package %{nil}
    %global __os_install_post %{nil}
    %global __arch_install_post %{nil}
    %global _build_id_links none
    %global _binary_payload w9.zstdio
    %global _source_payload w0.gzdio
    %global _buildhost reproducible
    %global use_source_date_epoch_as_buildtime 1
    %global source_date_epoch_from_changelog 0
    %global clamp_mtime_to_source_date_epoch 0

    Name: shop
    Version: 1.0~rc1
    Release: 1
    Summary: 100%% shop
    License: GPL-2.0-only
    Packager: nobody <nobody@localhost>
    AutoReqProv: no
    Requires: /usr/bin/python3.11
    Requires: python(abi) = 3.11
    Requires: libc.so.6()(64bit)
    Requires: libc.so.6(GLIBC_2.34)(64bit)
    Requires: libz.so.1()(64bit)
    Requires: nginx >= 1.20
    BuildRequires: /usr/bin/python3.11

    %description
    100%% shop.
    The release abababababab for /opt/shop.

    %install
    /usr/bin/python3.11 %{bundle_directory}/install.py --root %{buildroot}
    readlink %{buildroot}/opt/shop/current | sed 's|^releases/||' > %{buildroot}/opt/shop/.clutch/packaged
    echo var >> %{buildroot}/opt/shop/.clutch/packaged
    echo 'var/log files' >> %{buildroot}/opt/shop/.clutch/packaged
    rmdir %{buildroot}/opt/shop/'var/log files'
    rmdir %{buildroot}/opt/shop/var
    find %{buildroot}/opt/shop/.clutch -mindepth 1 -maxdepth 1 ! -name releases ! -name packaged -exec rm -rf {} +
    chmod 0644 %{buildroot}/opt/shop/.clutch/packaged %{buildroot}/opt/shop/.clutch/releases/*
    find %{buildroot}/opt/shop -exec touch -h -d 2020-01-01T00:00:00Z {} +
    # Who builds it removes it again; the package has the modes of a release.
    find %{buildroot}/opt/shop/releases -type d -exec chmod u+w {} +

    %files
    %defattr(-,root,root,0555)
    %attr(0755,root,root) %dir /opt/shop
    %attr(0755,root,root) %dir /opt/shop/releases
    %attr(0755,root,root) %dir /opt/shop/.clutch
    %attr(0755,root,root) %dir /opt/shop/.clutch/releases
    /opt/shop/releases/*
    /opt/shop/.clutch/releases/*
    /opt/shop/.clutch/packaged
    %ghost /opt/shop/current

    %pre -p <lua>
    if posix.stat("/opt/shop/current", "type") == "directory" then
      error("/opt/shop/current is a directory, and has to be a link: move it away")
    end

    %post -p <lua>
    local prefix = "/opt/shop"
    local root
    for line in io.lines(prefix .. "/.clutch/packaged") do
      local path = prefix .. "/" .. line
      if root == nil then
        root = line
      elseif posix.stat(path, "type") == nil then
        posix.mkdir(path)
      end
    end
    local fresh = prefix .. "/.current-" .. root
    posix.unlink(fresh)
    assert(posix.symlink("releases/" .. root, fresh))
    assert(os.rename(fresh, prefix .. "/current"))
    "
  `);
});

test('a source package builds the bundle first, with the state that the release has', () => {
  const source = { file: 'shop.tgz', directory: 'shop', words: ['--exclude', 'my docs'] };
  const text = formatSpec(factsOf({}, { state: ['var', 'var/log', 'data'] }), source);
  expect(text).toContain('Source0: shop.tgz\n');
  expect(text).toContain(`%prep
%setup -q -n shop

%build
/usr/bin/python3.11 install.py release bundle --prefix /opt/shop -n shop --release-version 1.0rc1 -o %{_builddir}/bundle.tar.gz --state var --state data --exclude 'my docs'
`);
  expect(text).toContain('/usr/bin/python3.11 %{_builddir}/shop-1.0rc1/install.py --root %{buildroot}\n');
});

test('a Python that no package has is looked for when the package is installed', () => {
  const python = { implementation: 'cpython', version: '3.11', executable: '/srv/python/bin/python3' };
  const text = formatSpec(factsOf({ owner: 'www:web' }, { python }));
  expect(text).not.toContain('Requires: /srv');
  expect(text).toContain('if not posix.access("/srv/python/bin/python3", "x") then');
  expect(text).toContain('posix.chown(path, "www", "web")');
});

test.each([
  [{ maintainer: 'me' }, 'is not of the form'],
  [{ revision: '1-2' }, 'is no revision'],
  [{ owner: 'a b' }, 'is no name of a user'],
  [{ summary: 'one\ntwo' }, 'more than one line'],
])('%j is refused', (options, message) => {
  expect(() => factsOf(options)).toThrow(message);
});

test('a release for no directory makes no package', () => {
  const { prefix: _none, ...anywhere } = manifest;
  expect(() => packageFacts(anywhere, { requires: [] })).toThrow('`shop` was built for no directory');
});

/** A target as dpkg leaves it before it runs the scripts. */
function target(): {
  place: string;
  run: (script: 'preinst' | 'postinst' | 'postrm', word: string) => string;
} {
  const place = mkdtempSync(join(tmpdir(), 'clutch-deb-'));
  onTestFinished(() => rmSync(place, { recursive: true }));
  mkdirSync(join(place, 'opt/shop/.clutch'), { recursive: true });
  mkdirSync(join(place, 'opt/shop/releases', root), { recursive: true });
  writeFileSync(join(place, 'opt/shop/.clutch/packaged'), `${root}\nvar\nvar/log files\n`);
  const scripts = formatDebScripts(factsOf());
  const run = (script: keyof typeof scripts, word: string): string => {
    const { status, stderr } = spawnSync('/bin/sh', ['-s', word], {
      input: scripts[script],
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], DPKG_ROOT: place },
    });
    return status === 0 ? 'done' : stderr;
  };
  return { place: join(place, 'opt/shop'), run };
}

test('a Debian package makes its state once, switches, and leaves the state when it goes', () => {
  const { place, run } = target();
  expect([run('preinst', 'install'), run('postinst', 'configure')]).toEqual(['done', 'done']);
  expect(readlinkSync(join(place, 'current'))).toBe(`releases/${root}`);
  writeFileSync(join(place, 'var/log files/app.log'), 'precious');
  expect(run('postinst', 'configure')).toBe('done');
  writeFileSync(join(place, '.clutch/packaged'), 'cd\n');
  mkdirSync(join(place, 'releases/cd'));
  expect(run('postrm', 'upgrade')).toBe('done');
  expect(readlinkSync(join(place, 'current'))).toBe('releases/cd');
  expect(run('postrm', 'remove')).toBe('done');
  expect(existsSync(join(place, 'current'))).toBe(true);
  rmSync(join(place, 'releases/cd'), { recursive: true });
  expect(run('postrm', 'purge')).toBe('done');
  expect(lstatSync(join(place, 'current'), { throwIfNoEntry: false })).toBeUndefined();
  expect(existsSync(join(place, 'var/log files/app.log'))).toBe(true);
});

test('a directory in the place of the link is refused before anything is unpacked', () => {
  const { place, run } = target();
  mkdirSync(join(place, 'current'));
  expect(run('preinst', 'install')).toContain('/opt/shop/current is a directory');
});
