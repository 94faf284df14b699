"""The program inside a `.pyz` upgrade: `python3 NAME-OLD-NEW.pyz PREFIX`."""

from __future__ import annotations

import argparse
import os
import time
from clutch_release import files
from clutch_release.build import Base, build_release
from clutch_release.console import Console
from clutch_release.delta import Delta, Streams
from clutch_release.failures import NO_SPACE, USAGE, WRONG_BASE, Failure
from clutch_release.fit import check_machine, check_space
from clutch_release.generations import BUILDING, collect_garbage, remove_leftovers
from clutch_release.identity import become_owner
from clutch_release.journal import read_journal
from clutch_release.layout import Prefix, describe_manifest
from clutch_release.options import add_switch_options, create_parser, switch_options
from clutch_release.program import run_program
from clutch_release.rollback import roll_back
from clutch_release.state import make_state
from clutch_release.switch import settle, switch_to
from clutch_release.tree import Hashes, Tree, describe_tree
from clutch_release.verify import first_difference, without_later_byte_code


def main(file: str, streams: Streams) -> int:
    return run_program('upgrade', parse, lambda values, console: upgrade(Delta(file, streams), values, console))


def parse() -> argparse.Namespace:
    parser = create_parser(None, 'Upgrades the installation in PREFIX to the release that this file leads to.')
    parser.add_argument('prefix', metavar='PREFIX', nargs='?', help='where the application is installed')
    parser.add_argument('--from', metavar='DIR', dest='source', help='instead: a tree that is no installation')
    parser.add_argument('--to', metavar='NEW', help='the directory to make of it')
    parser.add_argument('--rollback', action='store_true', help='go back to the previous release')
    # Said by bin/upgrade: whose signature this copy has; the copy is to go.
    parser.add_argument('--copy-for', help=argparse.SUPPRESS)
    add_switch_options(parser)
    return parser.parse_args()


def upgrade(delta: Delta, values: argparse.Namespace, console: Console) -> None:
    began = time.monotonic()
    if values.source and values.to:
        make_tree(delta, values.source, values.to, console)
        return
    if values.prefix is None:
        raise Failure(USAGE, 'name the PREFIX of the installation, or --from DIR --to NEW', 'see --help')
    prefix = Prefix(values.prefix)
    prefix.require()
    become_owner(prefix.private)
    if values.rollback:
        roll_back(prefix, switch_options(values), console, only_check=values.check)
        return
    if values.copy_for is None:
        console.say('Checking integrity only: started by itself, this file cannot vouch for its origin'
                    ' (PREFIX/current/bin/upgrade FILE verifies signatures)')
    else:
        files.remove_file(delta.file)
        console.outcome['signedBy'] = values.copy_for
    console.outcome.update({'from': delta.base, 'to': {key: delta.manifest[key] for key in ('name', 'version', 'root')}})
    if values.check:
        check(prefix, delta, console)
        return
    with prefix.lock():
        apply(prefix, delta, values, console)
    console.outcome['seconds'] = round(time.monotonic() - began, 3)


def make_tree(delta: Delta, source: str, target: str, console: Console) -> None:
    """For trees outside an installation: nothing is switched, nothing is kept."""
    if os.path.lexists(target):
        raise Failure(NO_SPACE, '`%s` exists already' % target)
    known: Hashes = {}
    tree = describe_tree(source, console.progress_of('Verifying'), known)
    if tree.root != delta.base['root']:
        raise Failure(WRONG_BASE, '`%s` is not %s: it differs in %s' % (
            source, describe_manifest(delta.base), ', '.join(unit_names(delta.base_units, short_hashes(tree))[:5])))
    building = os.path.abspath(target) + BUILDING
    try:
        build_release(delta, Base(source, tree, known), building, console)
        os.rename(building, target)
    finally:
        files.remove_tree(building)
    console.say('%s is in `%s`' % (describe_manifest(delta.manifest), target))
    console.outcome['result'] = 'made'


def check(prefix: Prefix, delta: Delta, console: Console) -> None:
    current = prefix.current()
    if current == delta.root:
        console.say('%s is installed already' % prefix.describe(current))
        console.outcome['result'] = 'already'
        return
    base = verified_base(prefix, delta, console).tree
    check_fit(prefix, delta, base)
    console.say('%s can become %s' % (prefix.describe(base.root), describe_manifest(delta.manifest)))
    console.outcome['result'] = 'checked'


def apply(prefix: Prefix, delta: Delta, values: argparse.Namespace, console: Console) -> None:
    settle(prefix, delta.root, console)
    options = switch_options(values)
    if prefix.current() != delta.root:
        install(prefix, delta, console)
        make_state(prefix, delta.manifest)
    elif read_journal(prefix) is None:
        console.say('%s is installed already' % prefix.describe(delta.root))
        console.outcome['result'] = 'already'
        collect_garbage(prefix, options.keep, console)
        return
    switch_to(prefix, delta.root, options, console)
    console.outcome['result'] = 'upgraded'
    console.say('%s is current' % prefix.describe(delta.root))


def install(prefix: Prefix, delta: Delta, console: Console) -> None:
    """Puts the target beside the base, whole or not at all; nothing is switched."""
    remove_leftovers(prefix)
    base = verified_base(prefix, delta, console)
    check_fit(prefix, delta, base.tree)
    manifest = delta.full_manifest(base.tree)
    target = prefix.release(delta.root)
    if os.path.isdir(target) and describe_tree(target, console.progress_of('Verifying')).root == delta.root:
        return
    building = os.path.join(prefix.releases, BUILDING + delta.root)
    try:
        tree = build_release(delta, base, building, console)
        files.set_directory_modes(building, 0o555)
        files.sync_file_system(building)
        prefix.write_tree(tree)
        if delta.signature:
            files.write_file(prefix.record(delta.root, '.json.minisig'), delta.signature.encode())
        files.write_file(prefix.record(delta.root, '.json'), manifest)
        if os.path.isdir(target):
            # It was damaged, and it is neither current nor the base.
            files.remove_tree(target)
        os.rename(building, target)
        files.sync_directory(prefix.releases)
    finally:
        files.remove_tree(building)


def verified_base(prefix: Prefix, delta: Delta, console: Console) -> Base:
    """The release that is installed; fails with WRONG_BASE, naming what differs."""
    root = delta.base['root']
    current = prefix.current()
    if current != root:
        raise wrong_base(prefix, delta, current)
    directory = prefix.release(root)
    known: Hashes = {}
    found = describe_tree(directory, console.progress_of('Verifying'), known)
    recorded = prefix.read_tree(root) if found.root != root else None
    found = without_later_byte_code(found, recorded)
    if found.root == root:
        return Base(directory, found, known)
    if recorded is not None:
        problem = first_difference(recorded, found)
    else:
        problem = ', '.join(unit_names(delta.base_units, short_hashes(found)))
    raise Failure(WRONG_BASE, 'the installed release %s was changed since it was installed: %s'
                  % (prefix.describe(root), problem), 'put it back as it was, or install the full bundle')


def wrong_base(prefix: Prefix, delta: Delta, current: str) -> Failure:
    message = 'this upgrade is for %s, installed is %s' % (describe_manifest(delta.base), prefix.describe(current))
    recorded = prefix.read_tree(current) if current else None
    if recorded is not None:
        told = unit_names(delta.base_units, short_hashes(recorded))
        message += '; they differ in ' + ', '.join(told[:5]) + (' and %d more' % (len(told) - 5) if told[5:] else '')
    return Failure(WRONG_BASE, message, 'fetch the upgrade from the installed release, or the full bundle')


def short_hashes(tree: Tree) -> dict:
    return {path: value[:2] for path, value in tree.hashes.items()}


def unit_names(expected: dict, found: dict) -> list:
    return ['`%s`' % path for path in sorted(set(expected) | set(found)) if expected.get(path) != found.get(path)]


def check_fit(prefix: Prefix, delta: Delta, base: Tree) -> None:
    check_machine(delta.manifest)
    if not os.access(prefix.releases, os.W_OK) or not os.access(prefix.private, os.W_OK):
        raise Failure(NO_SPACE, 'cannot write to `%s`' % prefix.directory, 'run it as the owner of the installation')
    count, size = delta.count_made()
    directory = prefix.release(base.root)
    if os.stat(directory).st_uid != os.geteuid():
        # Nothing is linked, everything is copied.
        entries = [entry for entries in base.units.values() for entry in entries]
        count, size = count + len(entries), size + sum(getattr(entry, 'size', 0) for entry in entries)
    directories = sum(1 for entries in base.units.values() for entry in entries if not hasattr(entry, 'size'))
    check_space(prefix.releases, size, count + directories)
