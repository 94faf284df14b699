"""A switch under way, written down before each step, so that whoever comes after a kill knows what is left to do."""

from __future__ import annotations

import json
from typing import NamedTuple, Optional

from clutch_release import files
from clutch_release.layout import Prefix

STOPPING = 'stopping'
SWITCHED = 'switched'
DONE = 'done'


class Switch(NamedTuple):
    old: Optional[str]
    new: str
    phase: str
    is_rollback: bool = False


def write_journal(prefix: Prefix, switch: Switch) -> None:
    text = json.dumps({'from': switch.old, 'to': switch.new, 'phase': switch.phase, 'rollback': switch.is_rollback})
    files.write_file(prefix.journal_file, text.encode() + b'\n')


def read_journal(prefix: Prefix) -> Optional[Switch]:
    """The switch that was not finished. One whose `current` is neither end is none."""
    switch = read_last(prefix)
    current = prefix.current()
    if switch is None or switch.phase == DONE:
        return None
    if current == switch.new:
        # The rename may have happened right before the kill.
        return switch._replace(phase=SWITCHED)
    return switch._replace(phase=STOPPING) if current == switch.old else None


def read_last(prefix: Prefix) -> Optional[Switch]:
    """The last switch, finished or not."""
    try:
        with open(prefix.journal_file, encoding='utf-8') as stream:
            written = json.load(stream)
        return Switch(written['from'], written['to'], written['phase'], written['rollback'])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def drop_journal(prefix: Prefix) -> None:
    """For a switch that did not happen."""
    files.remove_file(prefix.journal_file)
    files.sync_directory(prefix.private)
