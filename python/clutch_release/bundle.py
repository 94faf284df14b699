"""An unpacked bundle: manifest.json, its signature, and tree/. Verified, then copied beside the installed releases."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any, Dict, Optional

from clutch_release import files
from clutch_release.build import copy_file
from clutch_release.console import Console
from clutch_release.failures import DAMAGED, NO_SPACE, NOT_FIT, NOT_TRUSTED, Failure
from clutch_release.fit import check_machine, check_space
from clutch_release.generations import BUILDING, collect_garbage, remove_leftovers
from clutch_release.journal import read_journal
from clutch_release.layout import Prefix, describe_manifest
from clutch_release.minisign import Key, verify_signature
from clutch_release.options import switch_options
from clutch_release.state import make_state
from clutch_release.switch import settle, switch_to
from clutch_release.tree import Directory, File, Link, Tree, describe_tree, root_hash


class Bundle:

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.tree_directory = os.path.join(directory, 'tree')
        self.content = read(os.path.join(directory, 'manifest.json'), directory)
        self.manifest = parse_manifest(self.content, directory)
        signature = os.path.join(directory, 'manifest.json.minisig')
        self.signature = read(signature, directory).decode('utf-8', 'replace') if os.path.exists(signature) else ''

    @property
    def root(self) -> str:
        return self.manifest['root']

    def verify_signature(self, key: Optional[Key], console: Console) -> None:
        """With a key: that its owner made this bundle. Without: says that nobody asked."""
        if key is None:
            console.say('Checking integrity only: no key was given, so nothing vouches for the origin')
            return
        where = os.path.join(self.directory, 'manifest.json')
        if not self.signature:
            raise Failure(NOT_TRUSTED, '`%s` is not signed' % where, 'trusted is the key %s' % key)
        comment = verify_signature(self.content, self.signature, key, where)
        console.say('Signed by %s: %s' % (key, comment))
        console.outcome['signedBy'] = str(key)

    def verified_tree(self, console: Console) -> Tree:
        tree = describe_tree(self.tree_directory, console.progress_of('Verifying the bundle'))
        if tree.root != self.root:
            wanted = {unit['path']: unit['hash'] for unit in self.manifest['units']}
            wrong = [path for path in sorted({*wanted, *tree.hashes}) if wanted.get(path) != tree.hashes.get(path)]
            raise Failure(DAMAGED, 'the bundle is not as it was made: it differs in `%s`%s'
                          % (wrong[0], ' and %d more' % (len(wrong) - 1) if wrong[1:] else ''), 'unpack it again')
        return tree


def read(path: str, directory: str) -> bytes:
    try:
        with open(path, 'rb') as stream:
            return stream.read()
    except FileNotFoundError:
        raise Failure(DAMAGED, '`%s` is no unpacked bundle: there is no %s'
                      % (directory, os.path.basename(path))) from None


def parse_manifest(content: bytes, directory: str) -> Dict[str, Any]:
    try:
        manifest = json.loads(content)
        units = {unit['path']: unit['hash'] for unit in manifest['units']}
        if manifest['format'] == 1 and root_hash(units) == manifest['root']:
            return manifest
    except (ValueError, KeyError, TypeError):
        pass
    raise Failure(DAMAGED, '`%s` has no manifest that this program reads' % directory)


def install_bundle(bundle: Bundle, prefix: Prefix, values: argparse.Namespace, console: Console) -> None:
    """Installs the bundle, whose signature was verified, and switches to it; only checks when asked to."""
    check_machine(bundle.manifest)
    tree = bundle.verified_tree(console)
    console.outcome['to'] = {key: bundle.manifest[key] for key in ('name', 'version', 'root')}
    check_room(prefix, tree)
    if values.check:
        console.say('%s can be installed in `%s`' % (describe_manifest(bundle.manifest), prefix.directory))
        console.outcome['result'] = 'checked'
        return
    prefix.create()
    with prefix.lock():
        settle(prefix, bundle.root, console)
        options = switch_options(values)
        console.outcome['result'] = 'installed'
        if prefix.current() == bundle.root and read_journal(prefix) is None:
            console.say('%s is installed already' % prefix.describe(bundle.root))
            console.outcome['result'] = 'already'
            collect_garbage(prefix, options.keep, console)
            return
        if prefix.current() != bundle.root:
            copy_bundle(bundle, tree, prefix, console)
            make_state(prefix, bundle.manifest)
        switch_to(prefix, bundle.root, options, console)
        console.say('%s is current' % prefix.describe(bundle.root))


def copy_bundle(bundle: Bundle, tree: Tree, prefix: Prefix, console: Console) -> None:
    """Puts the release beside the others, whole or not at all; nothing is switched."""
    remove_leftovers(prefix)
    target = prefix.release(bundle.root)
    if os.path.isdir(target) and describe_tree(target, console.progress_of('Verifying')).root == bundle.root:
        return
    building = os.path.join(prefix.releases, BUILDING + bundle.root)
    try:
        copy_tree(bundle.tree_directory, building, tree, console)
        if describe_tree(building, console.progress_of('Verifying the copy')).root != bundle.root:
            raise Failure(DAMAGED, 'the copy is not as the bundle: is somebody changing it?')
        files.set_directory_modes(building, 0o555)
        files.sync_file_system(building)
        prefix.write_tree(tree)
        if bundle.signature:
            files.write_file(prefix.record(bundle.root, '.json.minisig'), bundle.signature.encode())
        files.write_file(prefix.record(bundle.root, '.json'), bundle.content)
        files.remove_tree(target)
        os.rename(building, target)
        files.sync_directory(prefix.releases)
    finally:
        files.remove_tree(building)


def copy_tree(source: str, target: str, tree: Tree, console: Console) -> None:
    """Modes and times become those of a release, whatever unpacking made of them."""
    os.mkdir(target, 0o755)
    for unit, entries in tree.units.items():
        os.makedirs(os.path.join(target, unit), 0o755, exist_ok=True)
        for entry in entries:
            if isinstance(entry, Directory):
                os.makedirs(os.path.join(target, unit, entry.path), 0o755, exist_ok=True)
    links = []
    for number, (unit, entries) in enumerate(tree.units.items()):
        console.progress('Copying', number, len(tree.units))
        for entry in entries:
            path = os.path.join(unit, entry.path)
            if isinstance(entry, File):
                copy_file(os.path.join(source, path), os.path.join(target, path), entry.mode)
            elif isinstance(entry, Link):
                links.append((entry.target, os.path.join(target, path)))
    for text, link in links:
        os.symlink(text, link)


def check_room(prefix: Prefix, tree: Tree) -> None:
    """That the nearest directory that exists can be written to and has room."""
    directory = prefix.directory
    while not os.path.isdir(directory):
        directory = os.path.dirname(directory)
    if not os.access(directory, os.W_OK):
        raise Failure(NO_SPACE, 'cannot write to `%s`' % directory, 'run it as a user who may')
    entries = [entry for entries in tree.units.values() for entry in entries]
    check_space(directory, sum(entry.size for entry in entries if isinstance(entry, File)), len(entries))


def check_prefix(manifest: Dict[str, Any], directory: str) -> None:
    wanted: Optional[str] = manifest.get('prefix')
    if wanted is not None and os.path.realpath(directory) != os.path.realpath(wanted):
        raise Failure(NOT_FIT, 'the bundle was built for `%s`: its files name that directory' % wanted,
                      'install it there, or below another root with --root DIR')
