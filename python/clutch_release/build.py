"""Builds a new release beside the old one: hard links to what stays, new files for what changed, and then every byte of
it is compared with the hash that gives it its name."""

from __future__ import annotations

import lzma
import os
import stat
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from clutch_release.console import Console
from clutch_release.delta import Delta, planned_entry
from clutch_release.failures import DAMAGED, Failure
from clutch_release.patch import Patch
from clutch_release.tree import MTIME, Directory, Entry, File, Hashes, Link, Tree, describe_tree, seal_tree
from clutch_release.verify import first_difference


class Base(NamedTuple):
    """The old release, verified."""
    directory: str
    tree: Tree
    known: Hashes


class Place(NamedTuple):
    """A file of the base."""
    unit: str
    entry: File


def build_release(delta: Delta, base: Base, target: str, console: Console) -> Tree:
    """Fills the new directory `target`. Fails when what is there is not what the delta leads to."""
    builder = Builder(delta, base, target)
    os.mkdir(target, 0o755)
    builder.make_directories()
    builder.fill(console)
    found = describe_tree(target, console.progress_of('Verifying the new release'), base.known)
    if found.root != delta.root:
        expected = seal_tree(builder.units)
        if expected.root != delta.root:
            raise Failure(DAMAGED, '`%s` does not give the release that it names' % delta.file)
        raise Failure(DAMAGED, 'the new release is not as it should be: ' + first_difference(expected, found))
    return found


class Builder:

    def __init__(self, delta: Delta, base: Base, target: str) -> None:
        self.delta = delta
        self.base = base.tree
        self.source = base.directory
        self.target = target
        self.changes: Dict[str, Dict[str, Any]] = {unit['path']: unit for unit in delta.units}
        self.units: Dict[str, List[Entry]] = {}
        dropped = set(delta.dropped)
        self.paths = sorted({path for path in base.tree.units if path not in dropped} | set(self.changes))

    def kept(self, path: str) -> Tuple[Optional[str], List[Entry]]:
        """The base's unit that a unit is made from, and what it keeps of it."""
        change = self.changes.get(path)
        if change is None:
            return path, self.base.units[path]
        origin = change['from']
        if origin is None:
            return None, []
        replaced = set(change['gone']) | {entry[1] for entry in change['entries']}
        return origin, [entry for entry in self.base.units[origin] if entry.path not in replaced]

    def make_directories(self) -> None:
        for path in self.paths:
            if path != '.':
                os.makedirs(os.path.join(self.target, path), 0o755, exist_ok=True)
            for entry in self.kept(path)[1]:
                if isinstance(entry, Directory):
                    os.makedirs(os.path.join(self.target, path, entry.path), 0o755, exist_ok=True)
            for fields in self.changes.get(path, {}).get('entries', ()):
                if fields[0] == 'directory':
                    os.makedirs(os.path.join(self.target, path, fields[1]), 0o755, exist_ok=True)

    def fill(self, console: Console) -> None:
        patch = self.delta.open_patch(self.base, self.source)
        links: List[Tuple[str, str]] = []
        for number, path in enumerate(self.paths):
            console.progress('Building the new release', number, len(self.paths))
            origin, kept = self.kept(path)
            entries = list(kept)
            for entry in kept:
                if isinstance(entry, File):
                    link_or_copy(os.path.join(self.source, origin or '', entry.path),
                                 os.path.join(self.target, path, entry.path), entry.mode)
            for fields in self.changes.get(path, {}).get('entries', ()):
                entries.append(self.make(path, fields, patch))
            self.units[path] = entries
            links.extend((entry.target, os.path.join(self.target, path, entry.path))
                         for entry in entries if isinstance(entry, Link))
        # All after the files, so that none is written through one.
        for text, link in links:
            os.symlink(text, link)

    def make(self, unit: str, fields: List[Any], patch: Patch) -> Entry:
        target = os.path.join(self.target, unit, fields[1])
        if fields[0] == 'moved':
            old = self.place(fields[3], fields[4])
            link_or_copy(os.path.join(self.source, old.unit, old.entry.path), target, fields[2])
            return File(fields[1], fields[2], old.entry.size, old.entry.sha256)
        if fields[0] != 'made':
            return planned_entry(fields)
        content = next_content(patch, fields[3], self.delta.file)
        write_new(target, content, fields[2])
        return planned_entry(fields, content)

    def place(self, unit: str, path: str) -> Place:
        for entry in self.base.units.get(unit, ()):
            if entry.path == path and isinstance(entry, File):
                return Place(unit, entry)
        raise Failure(DAMAGED, 'the upgrade takes `%s/%s` from the old release, which has no such file' % (unit, path))


def next_content(patch: Patch, size: int, file: str) -> bytes:
    try:
        return patch.next_file(size)
    except (ValueError, IndexError, StopIteration, EOFError, lzma.LZMAError) as error:
        raise Failure(DAMAGED, '`%s` is damaged: %s' % (file, error), 'fetch it again') from error


def link_or_copy(source: str, target: str, mode: str) -> None:
    """A hard link when the file is ours and is as files of a release are; a copy otherwise."""
    status = os.lstat(source)
    wanted = int(mode, 8)
    if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) == wanted and status.st_mtime_ns == MTIME * 10**9:
        try:
            os.link(source, target, follow_symlinks=False)
            return
        except OSError:
            # Refused by the kernel (protected_hardlinks), too many links, no links on this file system: copy, and let
            # the copy fail by name if it is something else.
            pass
    copy_file(source, target, mode)


def copy_file(source: str, target: str, mode: str) -> None:
    with open(source, 'rb', buffering=0) as stream:
        write_new(target, stream, mode)


def write_new(target: str, content: Any, mode: str) -> None:
    """A new file with the mode and the time that files of a release have."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, 'wb', buffering=0) as stream:
        blocks = (content,) if isinstance(content, bytes) else iter(lambda: content.read(1 << 20), b'')
        for block in blocks:
            write_all(stream.fileno(), block)
        os.fchmod(stream.fileno(), int(mode, 8))
        os.utime(stream.fileno(), (MTIME, MTIME))


def write_all(descriptor: int, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[os.write(descriptor, view):]
