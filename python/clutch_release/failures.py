"""Failures that a user can mend, and the exit codes: docs/releases.md, "Exit codes". Those from 64 to 78 are the ones
of sysexits.h, whose names systemd knows."""

from __future__ import annotations

DONE = 0
FAILED = 1
USAGE = 64
DAMAGED = 65
NOT_FIT = 69
BUG = 70
NO_SPACE = 73
IO_FAILED = 74
BUSY = 75
WRONG_BASE = 76
NOT_TRUSTED = 77
NOT_INSTALLED = 78
RETURNED = 80
STUCK = 81

NAMES = {
    FAILED: 'failed',
    USAGE: 'usage',
    DAMAGED: 'damaged',
    NOT_FIT: 'machine-not-fit',
    BUG: 'bug',
    NO_SPACE: 'no-space',
    IO_FAILED: 'io-failed',
    BUSY: 'busy',
    WRONG_BASE: 'wrong-base',
    NOT_TRUSTED: 'not-trusted',
    NOT_INSTALLED: 'not-installed',
    RETURNED: 'returned',
    STUCK: 'stuck',
}


class Failure(Exception):
    """Ends the program with `code` after saying `message` and, as the way out, `hint`."""

    def __init__(self, code: int, message: str, hint: str = '') -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
