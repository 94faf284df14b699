"""Where things are below a prefix: docs/releases.md, "On the target".

    releases/ROOT/          a release, named after its root hash; read-only, never changed
    current                 a link to the one in use
    .clutch/releases/       ROOT.json (manifest), ROOT.json.minisig, ROOT.tree (its entries)
    .clutch/previous        a link to the one that was in use before
    .clutch/journal.json    a switch that is under way
    .clutch/key.pub         the key that upgrades must be signed with
    .clutch/lock, .clutch/log
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Optional

from clutch_release import files
from clutch_release.failures import BUSY, NOT_INSTALLED, Failure
from clutch_release.tree import KINDS, NAMES, Tree, seal_tree

IS_ROOT = re.compile('[0-9a-f]{64}')


class Prefix:

    def __init__(self, directory: str) -> None:
        self.directory = os.path.abspath(directory)
        self.releases = os.path.join(self.directory, 'releases')
        self.private = os.path.join(self.directory, '.clutch')
        self.records = os.path.join(self.private, 'releases')
        self.current_link = os.path.join(self.directory, 'current')
        self.previous_link = os.path.join(self.private, 'previous')
        self.journal_file = os.path.join(self.private, 'journal.json')
        self.key_file = os.path.join(self.private, 'key.pub')

    def require(self) -> None:
        if not os.path.isdir(self.private):
            raise Failure(NOT_INSTALLED, 'nothing is installed in `%s`' % self.directory,
                          'name the prefix of an installation; a bundle\'s install.py makes one')

    def create(self) -> None:
        for directory in (self.directory, self.releases, self.private, self.records):
            os.makedirs(directory, exist_ok=True)

    def release(self, root: str) -> str:
        return os.path.join(self.releases, root)

    def current(self) -> Optional[str]:
        """The root hash of the release in use."""
        return linked_root(self.current_link)

    def previous(self) -> Optional[str]:
        return linked_root(self.previous_link)

    def installed(self) -> List[str]:
        """The root hashes of all releases, the youngest first."""
        try:
            roots = [name for name in os.listdir(self.releases) if IS_ROOT.fullmatch(name)]
        except FileNotFoundError:
            return []
        return sorted(roots, key=lambda root: (-os.stat(self.release(root)).st_ctime, root))

    def point_current(self, root: Optional[str]) -> None:
        if root is None:
            files.remove_file(self.current_link)
            files.sync_directory(self.directory)
        else:
            files.point_link(self.current_link, os.path.join('releases', root))

    def point_previous(self, root: str) -> None:
        files.point_link(self.previous_link, os.path.join('..', 'releases', root))

    def record(self, root: str, suffix: str) -> str:
        return os.path.join(self.records, root + suffix)

    def manifest(self, root: str) -> Dict[str, Any]:
        """The manifest of an installed release; a short one when its record is lost."""
        try:
            with open(self.record(root, '.json'), encoding='utf-8') as stream:
                return json.load(stream)
        except (FileNotFoundError, ValueError):
            return {'name': os.path.basename(self.directory), 'version': '(unknown)', 'root': root}

    def read_tree(self, root: str) -> Optional[Tree]:
        """The recorded entries of a release, when they are there and are those of this root hash."""
        try:
            with open(self.record(root, '.tree'), encoding='utf-8', errors='surrogateescape') as stream:
                recorded = json.load(stream)
            tree = seal_tree({unit: [KINDS[entry[0]](*entry[1:]) for entry in entries]
                              for unit, entries in recorded.items()})
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return tree if tree.root == root else None

    def write_tree(self, tree: Tree) -> None:
        units = {unit: [(NAMES[type(entry)], *entry) for entry in entries] for unit, entries in tree.units.items()}
        text = json.dumps(units, ensure_ascii=False, separators=(',', ':'))
        files.write_file(self.record(tree.root, '.tree'), text.encode('utf-8', 'surrogateescape'))

    def describe(self, root: Optional[str]) -> str:
        """A release for people: `shop 1.2 (0a1b2c3d4e5f)`."""
        if root is None:
            return 'nothing'
        manifest = self.manifest(root)
        return describe_manifest(manifest)

    def log(self, text: str) -> None:
        with open(os.path.join(self.private, 'log'), 'a', encoding='utf-8') as stream:
            stream.write('%s %s\n' % (time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()), text))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One change at a time; the kernel gives the lock back however a process ends."""
        descriptor = os.open(os.path.join(self.private, 'lock'), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.read(descriptor, 20).decode('ascii', 'replace').strip() or 'another process'
                raise Failure(BUSY, '`%s` is being changed by process %s' % (self.directory, holder),
                              'try again when it is done') from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b'%d\n' % os.getpid(), 0)
            yield
        finally:
            os.close(descriptor)


def describe_manifest(manifest: Dict[str, Any]) -> str:
    return '%s %s (%s)' % (manifest['name'], manifest['version'], manifest['root'][:12])


def linked_root(link: str) -> Optional[str]:
    try:
        root = os.path.basename(os.readlink(link))
    except (FileNotFoundError, OSError):
        return None
    return root if IS_ROOT.fullmatch(root) else None
