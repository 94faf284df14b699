"""The releases that are kept, and those that go. The current and the previous one never go."""

from __future__ import annotations

import os
from typing import List, Set

from clutch_release import files
from clutch_release.console import Console
from clutch_release.journal import read_journal
from clutch_release.layout import IS_ROOT, Prefix
from clutch_release.processes import processes_in

# What is being built or taken away: beside the releases, on their file system, under a name that is no release's.
BUILDING = '.building-'
REMOVING = '.removing-'


def collect_garbage(prefix: Prefix, keep: int, console: Console) -> None:
    """Keeps the `keep` youngest releases, two at least, and what a process still runs from. Call with the lock held."""
    protected = protected_roots(prefix)
    young = [root for root in prefix.installed() if root not in protected]
    for root in young[max(0, keep - len(protected)):]:
        running = processes_in((prefix.release(root),))
        if running:
            console.warn('%s stays: %s runs from it' % (prefix.describe(root), running[0]))
            continue
        text = prefix.describe(root)
        remove_release(prefix, root)
        prefix.log('removed: ' + text)
        console.outcome.setdefault('removed', []).append(root)
    remove_leftovers(prefix)


def protected_roots(prefix: Prefix) -> Set[str]:
    switch = read_journal(prefix)
    roots = [prefix.current(), prefix.previous(), *([switch.old, switch.new] if switch else [])]
    return {root for root in roots if root is not None}


def remove_release(prefix: Prefix, root: str) -> None:
    """Out of sight by one rename, then deleted."""
    hidden = os.path.join(prefix.releases, REMOVING + root)
    files.remove_tree(hidden)
    os.rename(prefix.release(root), hidden)
    files.remove_tree(hidden)


def remove_leftovers(prefix: Prefix) -> None:
    """What killed runs left: half-built and half-removed releases, records of releases that are gone."""
    for name in listed(prefix.releases):
        if name.startswith((BUILDING, REMOVING)):
            files.remove_tree(os.path.join(prefix.releases, name))
    for name in listed(prefix.records):
        known = IS_ROOT.match(name)
        if known is None or not os.path.isdir(prefix.release(known.group())) or name.endswith('.tmp'):
            files.remove_file(os.path.join(prefix.records, name))
    for name in listed(prefix.private):
        if name.endswith('.tmp'):
            files.remove_file(os.path.join(prefix.private, name))


def listed(directory: str) -> List[str]:
    try:
        return os.listdir(directory)
    except FileNotFoundError:
        return []
