"""Back to the release that was current before."""

from __future__ import annotations

import os

from clutch_release.console import Console
from clutch_release.failures import NOT_INSTALLED, Failure
from clutch_release.journal import SWITCHED, read_journal, read_last
from clutch_release.layout import Prefix
from clutch_release.switch import SwitchOptions, settle, switch_to
from clutch_release.tree import describe_tree
from clutch_release.verify import first_difference, without_later_byte_code


def roll_back(prefix: Prefix, options: SwitchOptions, console: Console, only_check: bool) -> None:
    """Asking twice goes back once. A previous release that was edited is said, not refused: it may be the way out of
    something worse."""
    if only_check:
        verify_previous(prefix, console)
        return
    with prefix.lock():
        interrupted = read_journal(prefix)
        if interrupted is not None and interrupted.is_rollback and interrupted.phase == SWITCHED:
            root = interrupted.new
        else:
            settle(prefix, None, console)
            if is_back(prefix):
                console.say('%s is current again already, after going back from %s'
                            % (prefix.describe(prefix.current()), prefix.describe(prefix.previous())))
                console.outcome['result'] = 'already'
                return
            root = verify_previous(prefix, console)
        console.outcome.update({'from': prefix.current(), 'to': root})
        switch_to(prefix, root, options._replace(is_rollback=True), console)
    console.outcome['result'] = 'rolled-back'
    console.say('%s is current again' % prefix.describe(root))


def is_back(prefix: Prefix) -> bool:
    """Whether the last thing that happened was going back: what is called previous is what was left."""
    last = read_last(prefix)
    return last is not None and last.is_rollback and last.new == prefix.current() and last.old == prefix.previous()


def verify_previous(prefix: Prefix, console: Console) -> str:
    root = prefix.previous()
    if root is None or not os.path.isdir(prefix.release(root)):
        raise Failure(NOT_INSTALLED, 'there is no previous release in `%s` to go back to' % prefix.directory)
    recorded = prefix.read_tree(root)
    found = without_later_byte_code(describe_tree(prefix.release(root), console.progress_of('Verifying')), recorded)
    if found.root != root:
        told = first_difference(recorded, found) if recorded is not None else 'its hash is another'
        console.warn('%s was changed since it was installed: %s' % (prefix.describe(root), told))
    return root
