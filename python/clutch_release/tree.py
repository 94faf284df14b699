"""A directory described by units and hashes, as src/release/tree does it: docs/releases.md, "Trees"."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple, Union

from clutch_release.failures import DAMAGED, Failure

FORMAT = 1
# 2020-01-01T00:00:00Z, for every file of a release: `.pyc` files name the time of their source.
MTIME = 1577836800


class Directory(NamedTuple):
    path: str


class File(NamedTuple):
    path: str
    mode: str
    size: int
    sha256: str


class Link(NamedTuple):
    path: str
    target: str


Entry = Union[Directory, File, Link]
# Content by device and inode: a hard link to a file that was read needs no second look.
Hashes = Dict[Tuple[int, int], str]
# Gets how many of how many are done.
Progress = Callable[[int, int], None]
KINDS = {'directory': Directory, 'file': File, 'link': Link}
NAMES = {kind: name for name, kind in KINDS.items()}


class Tree(NamedTuple):
    root: str
    """Entries by unit, both sorted; paths of entries are relative to their unit."""
    units: Dict[str, List[Entry]]
    hashes: Dict[str, str]


def describe_tree(directory: str, progress: Optional[Progress] = None, known: Optional[Hashes] = None) -> Tree:
    """The tree on disk; every byte is read, but those of files in `known`, which is added to. Modes count as executable
    or not, times do not count."""
    known = {} if known is None else known
    units: Dict[str, List[Entry]] = {'.': []}
    found = list(walk(directory))
    for number, (path, item) in enumerate(found):
        if progress is not None and number % 64 == 0:
            progress(number, len(found))
        is_directory = item.is_dir(follow_symlinks=False)
        unit = unit_of(path, is_directory)
        entries = units.setdefault(unit, [])
        inside = path if unit == '.' else path[len(unit) + 1:]
        if not is_directory:
            entries.append(describe_entry(item, inside, known))
        elif path != unit:
            entries.append(Directory(inside))
    return seal_tree(units)


def walk(directory: str, parent: str = '') -> Iterable[Tuple[str, os.DirEntry]]:
    """Everything below a directory with its path relative to it; parents come before what is in them."""
    with os.scandir(os.path.join(directory, parent)) as items:
        found = list(items)
    for item in found:
        path = parent + '/' + item.name if parent else item.name
        yield path, item
        if item.is_dir(follow_symlinks=False):
            yield from walk(directory, path)


def describe_entry(item: os.DirEntry, path: str, known: Hashes) -> Entry:
    status = item.stat(follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        return Link(path, os.readlink(item.path))
    if not stat.S_ISREG(status.st_mode):
        raise Failure(DAMAGED, '`%s` is neither a file nor a directory nor a link' % item.path)
    mode = '0555' if status.st_mode & 0o111 else '0444'
    place = (status.st_dev, status.st_ino)
    if place not in known:
        known[place] = hash_file(item.path)
    return File(path, mode, status.st_size, known[place])


def hash_file(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, 'rb', buffering=0) as stream:
        while True:
            block = stream.read(1 << 20)
            if not block:
                return digest.hexdigest()
            digest.update(block)


def unit_of(path: str, is_directory: bool) -> str:
    """The unit of a path: its outermost directory `*.egg`, else `parts/NAME`, else its first directory, else `.`."""
    parts = path.split('/')
    directories = len(parts) if is_directory else len(parts) - 1
    for count in range(1, directories + 1):
        if parts[count - 1].endswith('.egg'):
            return '/'.join(parts[:count])
    if parts[0] == 'parts' and directories > 1:
        return 'parts/' + parts[1]
    return parts[0] if directories else '.'


def seal_tree(units: Dict[str, List[Entry]]) -> Tree:
    ordered = {path: sorted(units[path], key=lambda entry: entry.path) for path in sorted(units)}
    hashes = {path: unit_hash(entries) for path, entries in ordered.items()}
    return Tree(root_hash(hashes), ordered, hashes)


def unit_hash(entries: Sequence[Entry]) -> str:
    """Of entries sorted by path."""
    return hash_lines([('clutch-unit', FORMAT), *((NAMES[type(entry)], *entry) for entry in entries)])


def root_hash(hashes: Dict[str, str]) -> str:
    """Of the hashes of units by path, sorted by path."""
    return hash_lines([('clutch-tree', FORMAT), *hashes.items()])


def hash_lines(lines: Iterable[Sequence]) -> str:
    return hashlib.sha256(''.join(map(json_line, lines)).encode('utf-8', 'surrogateescape')).hexdigest()


def json_line(fields: Sequence) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(',', ':')) + '\n'
