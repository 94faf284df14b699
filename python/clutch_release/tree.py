"""A directory described by units and hashes, as src/release/tree does it: docs/releases.md, "Trees"."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
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
# Device and inode.
Place = Tuple[int, int]
# Content by place: a hard link to a file that was read needs no second look.
Hashes = Dict[Place, str]
# Gets how many of how many are done.
Progress = Callable[[int, int], None]
KINDS = {'directory': Directory, 'file': File, 'link': Link}
NAMES = {kind: name for name, kind in KINDS.items()}
# Files that are read at once, files that a thread takes at once, and bytes that it reads at once.
READERS, BATCH, BLOCK = 4, 64, 1 << 20
encode = json.JSONEncoder(ensure_ascii=False, separators=(',', ':')).encode


class Tree(NamedTuple):
    root: str
    """Entries by unit, both sorted; paths of entries are relative to their unit."""
    units: Dict[str, List[Entry]]
    hashes: Dict[str, str]


def describe_tree(directory: str, progress: Optional[Progress] = None, known: Optional[Hashes] = None) -> Tree:
    """The tree on disk; every byte is read, but those of files in `known`, which is added to. Modes count as executable
    or not, times do not count."""
    known = {} if known is None else known
    units: Dict[str, List[Entry]] = {}
    files: List[Tuple[List[Entry], str, str, int, Place]] = []
    unread: Dict[Place, Tuple[str, int]] = {}
    for folder, items in walk(directory):
        unit = unit_of(folder)
        start = 0 if unit == '.' else len(unit) + 1
        entries = units.setdefault(unit, [])
        if folder not in ('', unit):
            entries.append(Directory(folder[start:]))
        for item in items:
            path = below(folder, item.name)[start:]
            status = item.stat(follow_symlinks=False)
            if stat.S_ISREG(status.st_mode):
                place = (status.st_dev, status.st_ino)
                mode = '0555' if status.st_mode & 0o111 else '0444'
                files.append((entries, path, mode, status.st_size, place))
                if place not in known:
                    unread[place] = item.path, status.st_size
            elif stat.S_ISLNK(status.st_mode):
                entries.append(Link(path, os.readlink(item.path)))
            else:
                raise Failure(DAMAGED, '`%s` is neither a file nor a directory nor a link' % item.path)
    known.update(hash_files(unread, progress))
    for entries, path, mode, size, place in files:
        entries.append(File(path, mode, size, known[place]))
    return seal_tree(units)


def walk(directory: str) -> Iterable[Tuple[str, List[os.DirEntry]]]:
    """Each directory by its path relative to the first, with what is in it and is no directory."""
    folders = ['']
    while folders:
        folder = folders.pop()
        with os.scandir(os.path.join(directory, folder)) as items:
            found = list(items)
        yield folder, [item for item in found if not item.is_dir(follow_symlinks=False)]
        folders.extend(below(folder, item.name) for item in found if item.is_dir(follow_symlinks=False))


def below(folder: str, name: str) -> str:
    return folder + '/' + name if folder else name


def hash_files(files: Dict[Place, Tuple[str, int]], progress: Optional[Progress]) -> Iterable[Tuple[Place, str]]:
    """Reads several at once: most of the time passes in waiting for a disk whose content nobody has read for weeks."""
    waiting = list(files.items())
    batches = [waiting[start:start + BATCH] for start in range(0, len(waiting), BATCH)]
    with ThreadPoolExecutor(READERS) as pool:
        results = (pool.map if len(batches) > 1 else map)(hash_batch, batches)
        for number, hashes in enumerate(results):
            if progress is not None:
                progress(number, len(batches))
            yield from hashes


def hash_batch(batch: List[Tuple[Place, Tuple[str, int]]]) -> List[Tuple[Place, str]]:
    return [(place, hash_file(path, size)) for place, (path, size) in batch]


def hash_file(path: str, size: int) -> str:
    """Of the first `size` bytes, or of what is there."""
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while size > 0:
            block = os.read(descriptor, min(size, BLOCK))
            if not block:
                break
            digest.update(block)
            size -= len(block)
    finally:
        os.close(descriptor)
    return digest.hexdigest()


def unit_of(folder: str) -> str:
    """The unit of what is in a directory: its outermost directory `*.egg`, else `parts/NAME`, else its first directory,
    else `.`."""
    parts = folder.split('/')
    for count, part in enumerate(parts, 1):
        if part.endswith('.egg'):
            return '/'.join(parts[:count])
    if parts[0] == 'parts' and len(parts) > 1:
        return 'parts/' + parts[1]
    return parts[0] or '.'


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
    return encode(fields) + '\n'
