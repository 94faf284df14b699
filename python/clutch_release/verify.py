"""Compares what is on the disk with what a release should be, and names what differs."""

from __future__ import annotations

import os
from typing import Dict, List, Optional

from clutch_release.tree import Directory, Entry, File, Link, Tree, seal_tree


def without_later_byte_code(found: Tree, expected: Optional[Tree]) -> Tree:
    """Python writes `.pyc` files where the owner of a release runs it; they are no edit."""
    if expected is None or found.root == expected.root:
        return found
    units: Dict[str, List[Entry]] = {}
    for unit, entries in found.units.items():
        known = {entry.path for entry in expected.units.get(unit, ())}
        units[unit] = [entry for entry in entries if entry.path in known or not is_byte_code(entry)]
    return seal_tree(units)


def is_byte_code(entry: Entry) -> bool:
    parts = entry.path.split('/')
    if isinstance(entry, Directory):
        return parts[-1] == '__pycache__'
    return isinstance(entry, File) and parts[-1].endswith('.pyc') and parts[-2:-1] == ['__pycache__']


def differences(expected: Tree, found: Tree, limit: int = 10) -> List[str]:
    """What differs, one sentence each."""
    told: List[str] = []
    for unit in sorted(set(expected.units) | set(found.units)):
        if expected.hashes.get(unit) == found.hashes.get(unit):
            continue
        if unit not in found.units:
            told.append('`%s` is missing' % unit)
        elif unit not in expected.units:
            told.append('`%s` is not part of it' % unit)
        else:
            told.extend(unit_differences(unit, expected.units[unit], found.units[unit]))
        if len(told) >= limit:
            return told[:limit]
    return told


def unit_differences(unit: str, expected: List[Entry], found: List[Entry]) -> List[str]:
    before = {entry.path: entry for entry in expected}
    after = {entry.path: entry for entry in found}
    told: List[str] = []
    for path in sorted(set(before) | set(after)):
        if before.get(path) != after.get(path):
            place = os.path.normpath(os.path.join(unit, path))
            told.append('`%s` %s' % (place, change(before.get(path), after.get(path))))
    return told


def change(before: Optional[Entry], after: Optional[Entry]) -> str:
    if after is None:
        return 'is missing'
    if before is None:
        return 'is not part of it'
    if type(before) is not type(after):
        return 'is a %s now' % {Directory: 'directory', File: 'file', Link: 'link'}[type(after)]
    if isinstance(before, File) and isinstance(after, File) and before.sha256 == after.sha256:
        return 'has another mode'
    return 'was changed'


def first_difference(expected: Tree, found: Tree) -> str:
    told = differences(expected, found, 4)
    return '; '.join(told[:3]) + (' …' if len(told) > 3 else '')
