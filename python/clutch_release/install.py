"""The program of a bundle: `python3 install.py [--prefix DIR] [--key FILE]` installs what lies beside it."""

from __future__ import annotations

import argparse
import os

from clutch_release import files
from clutch_release.bundle import Bundle, check_prefix, install_bundle
from clutch_release.console import Console
from clutch_release.failures import USAGE, Failure
from clutch_release.identity import become_owner
from clutch_release.layout import Prefix
from clutch_release.minisign import read_key
from clutch_release.options import add_switch_options, create_parser
from clutch_release.program import run_program


def main(directory: str) -> int:
    return run_program('install', parse, lambda values, console: install(directory, values, console))


def parse() -> argparse.Namespace:
    parser = create_parser('install.py', 'Installs this bundle, beside what is installed, and switches to it.')
    parser.add_argument('--prefix', metavar='DIR', help='where to install it (default: the one it was built for)')
    parser.add_argument('--root', metavar='DIR', help='install it below DIR, which will be another machine\'s /')
    parser.add_argument('--key', metavar='FILE',
                        help='refuse the bundle unless the owner of this minisign key signed it; kept for upgrades')
    add_switch_options(parser)
    return parser.parse_args()


def install(directory: str, values: argparse.Namespace, console: Console) -> None:
    bundle = Bundle(directory)
    prefix = Prefix(chosen_prefix(bundle, values))
    become_owner(prefix.private)
    kept = prefix.key_file if os.path.exists(prefix.key_file) else None
    key_file = values.key or kept
    bundle.verify_signature(read_key(key_file) if key_file else None, console)
    install_bundle(bundle, prefix, values, console)
    if values.key and not values.check:
        with open(values.key, 'rb') as stream:
            files.write_file(prefix.key_file, stream.read())


def chosen_prefix(bundle: Bundle, values: argparse.Namespace) -> str:
    built_for = bundle.manifest.get('prefix')
    prefix = values.prefix or built_for
    if prefix is None:
        raise Failure(USAGE, 'say where to install it: --prefix DIR')
    if not values.root:
        check_prefix(bundle.manifest, prefix)
        return prefix
    if built_for is not None:
        check_prefix(bundle.manifest, prefix)
    return os.path.join(values.root, os.path.abspath(prefix).lstrip('/'))
