"""The program of an installed release: `PREFIX/current/bin/upgrade FILE` verifies who made FILE before a byte of it
runs, and then runs it."""

from __future__ import annotations

import argparse
import os
import sys
from typing import List, Optional

from clutch_release import files
from clutch_release.bundle import Bundle, install_bundle
from clutch_release.console import Console
from clutch_release.failures import NOT_FIT, NOT_INSTALLED, NOT_TRUSTED, USAGE, Failure
from clutch_release.identity import become_owner
from clutch_release.layout import Prefix
from clutch_release.minisign import Key, read_key, verify_signature
from clutch_release.options import add_switch_options, create_parser, switch_options
from clutch_release.program import run_program
from clutch_release.rollback import roll_back


def main(script: str) -> int:
    """`script` is the path of bin/upgrade, in PREFIX/releases/ROOT/bin."""
    release = os.path.dirname(os.path.dirname(os.path.realpath(script)))
    return run_program('upgrade', parse, lambda values, console: run(release, values, console))


def parse() -> argparse.Namespace:
    parser = create_parser('upgrade', 'Upgrades this installation, goes back, or lists its releases.')
    parser.add_argument('file', metavar='FILE', nargs='?',
                        help='an upgrade (.pyz, with its signature in FILE.minisig), or the directory of an unpacked bundle')
    parser.add_argument('--signature', metavar='FILE', help='the signature, when it lies elsewhere')
    parser.add_argument('--rollback', action='store_true', help='go back to the previous release')
    parser.add_argument('--list', action='store_true', help='list the releases that are installed')
    add_switch_options(parser)
    return parser.parse_args()


def run(release: str, values: argparse.Namespace, console: Console) -> None:
    prefix = Prefix(os.path.dirname(os.path.dirname(release)))
    if not os.path.isdir(prefix.private):
        raise Failure(NOT_INSTALLED, '`%s` is not below an installation' % release,
                      'this program works from PREFIX/current/bin/upgrade')
    become_owner(prefix.private)
    if values.list:
        list_releases(prefix, console)
    elif values.rollback:
        roll_back(prefix, switch_options(values), console, only_check=values.check)
    elif values.file is None:
        raise Failure(USAGE, 'name the upgrade, or say --rollback or --list', 'see --help')
    elif os.path.isdir(values.file):
        bundle = Bundle(values.file)
        bundle.verify_signature(trusted_key(prefix), console)
        check_same_application(prefix, bundle)
        install_bundle(bundle, prefix, values, console)
    else:
        run_file(prefix, values, console)


def trusted_key(prefix: Prefix) -> Optional[Key]:
    return read_key(prefix.key_file) if os.path.exists(prefix.key_file) else None


def check_same_application(prefix: Prefix, bundle: Bundle) -> None:
    installed = prefix.manifest(prefix.current() or '')
    for key, text in (('name', 'is a release of %s, installed is %s'), ('prefix', 'is for %s, installed is one for %s')):
        wanted, found = bundle.manifest.get(key), installed.get(key)
        if wanted != found:
            raise Failure(NOT_FIT, ('`%s` ' + text) % (bundle.directory, wanted, found))


def list_releases(prefix: Prefix, console: Console) -> None:
    roles = {prefix.previous(): 'previous', prefix.current(): 'current'}
    releases = []
    for root in prefix.installed():
        console.say('%-9s %s' % (roles.get(root, ''), prefix.describe(root)))
        manifest = prefix.manifest(root)
        releases.append({'name': manifest['name'], 'version': manifest['version'], 'root': root,
                         'role': roles.get(root)})
    console.outcome['releases'] = releases


def run_file(prefix: Prefix, values: argparse.Namespace, console: Console) -> None:
    """Runs the very bytes that were verified: a copy of ours, which nobody changes meanwhile."""
    with open(values.file, 'rb') as stream:
        content = stream.read()
    key = trusted_key(prefix)
    if key is None:
        console.say('Checking integrity only: `%s` keeps no key' % prefix.directory)
    else:
        comment = verify_signature(content, read_signature(values), key, values.file)
        console.say('Signed by %s: %s' % (key, comment))
    copy = os.path.join(prefix.private, 'upgrade-%d.pyz.tmp' % os.getpid())
    files.write_file(copy, content)
    os.execv(sys.executable, [sys.executable, '-I', copy, prefix.directory, '--copy-for=%s' % (key or 'nobody'),
                              *passed_on(values)])


def read_signature(values: argparse.Namespace) -> str:
    path = values.signature or values.file + '.minisig'
    try:
        with open(path, encoding='utf-8', errors='surrogateescape') as stream:
            return stream.read(4096)
    except FileNotFoundError:
        raise Failure(NOT_TRUSTED, '`%s` is not signed: there is no `%s`' % (values.file, path),
                      'fetch the signature too') from None


def passed_on(values: argparse.Namespace) -> List[str]:
    words: List[str] = ['--timeout', '%r' % values.timeout, '--keep', str(values.keep)]
    for name in ('stop', 'start', 'health'):
        if getattr(values, name) is not None:
            words.append('--%s=%s' % (name, getattr(values, name)))
    words.extend('--' + name for name in ('check', 'json') if getattr(values, name))
    return words
