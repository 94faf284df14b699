"""The data of an upgrade: which units change and how, and the patch that makes their new content. docs/releases.md,
"Deltas"; it is written by src/release/delta."""

from __future__ import annotations

import hashlib
import json
import os
from typing import IO, Any, Callable, Dict, List, Mapping, Set, Tuple

from clutch_release.failures import DAMAGED, Failure
from clutch_release.patch import Patch, Sources
from clutch_release.tree import Directory, Entry, File, Link, Tree, root_hash

FORMAT = 1


# Opens a stream of the delta.
Streams = Mapping[str, Callable[[], IO[bytes]]]


class Delta:

    def __init__(self, file: str, streams: Streams) -> None:
        self.file = file
        self._streams = streams
        plan = json.load(streams['plan']())
        if plan.get('format') != FORMAT:
            raise Failure(DAMAGED, 'the data of `%s` have format %s, its program reads %d'
                          % (file, plan.get('format'), FORMAT))
        self.base: Dict[str, str] = plan['base']
        self.base_units: Dict[str, str] = dict(plan['baseUnits'])
        self.manifest: Dict[str, Any] = plan['manifest']
        self.signature: str = plan.get('signature', '')
        self.units: List[Dict[str, Any]] = plan['units']
        self.dropped: List[str] = plan['dropped']
        check_paths(self.units)

    @property
    def root(self) -> str:
        return self.manifest['root']

    def changed_paths(self) -> Set[str]:
        return {unit['path'] for unit in self.units} | set(self.dropped)

    def open_patch(self, base: Tree, directory: str) -> Patch:
        """Decodes new content from a base at `directory` that was verified."""
        changed = self.changed_paths()
        sources = [(unit, entry) for unit, entries in base.units.items() if unit in changed
                   for entry in entries if isinstance(entry, File)]

        def read(number: int) -> bytes:
            unit, entry = sources[number]
            with open(os.path.join(directory, unit, entry.path), 'rb') as stream:
                content = stream.read()
            if hashlib.sha256(content).hexdigest() != entry.sha256:
                raise ValueError('`%s` changed while it was read' % stream.name)
            return content

        return Patch(Sources([entry.size for _, entry in sources], read), self._streams)

    def full_manifest(self, base: Tree) -> bytes:
        """The target's manifest.json, byte for byte: the hashes of units that stay are taken from the base."""
        hashes = dict(base.hashes)
        for path in self.dropped:
            hashes.pop(path, None)
        hashes.update((unit['path'], unit['hash']) for unit in self.units)
        hashes = dict(sorted(hashes.items()))
        if root_hash(hashes) != self.root:
            raise Failure(DAMAGED, '`%s` does not lead to the release that it names' % self.file)
        units = [{'path': path, 'hash': value} for path, value in hashes.items()]
        text = json.dumps({**self.manifest, 'units': units}, indent=1, ensure_ascii=False)
        return text.encode() + b'\n'

    def count_made(self) -> Tuple[int, int]:
        """How many files are made and how many bytes they have."""
        sizes = [entry[3] for unit in self.units for entry in unit['entries'] if entry[0] == 'made']
        return len(sizes), sum(sizes)


def check_paths(units: List[Dict[str, Any]]) -> None:
    """Nothing may be written outside the new release, nor through a link of it."""
    for unit in units:
        if unit['path'] != '.':
            check_path(unit['path'])
        for entry in unit['entries']:
            check_path(entry[1])


def check_path(path: str) -> None:
    parts = path.split('/')
    if '\0' in path or any(part in ('', '.', '..') for part in parts):
        raise Failure(DAMAGED, 'the upgrade names the path `%s`, which is outside a release' % path)


def planned_entry(fields: List[Any], content: bytes = b'') -> Entry:
    """The entry that a planned one becomes; `content` is that of a file that is made."""
    kind, path = fields[0], fields[1]
    if kind == 'directory':
        return Directory(path)
    if kind == 'link':
        return Link(path, fields[2])
    return File(path, fields[2], len(content), hashlib.sha256(content).hexdigest())
