"""The user's own commands around a switch: --stop, --start, --health. Each runs in a shell and may take so long."""

from __future__ import annotations

import os
import signal
import time
from typing import Optional

from clutch_release.identity import as_caller


def run_command(command: str, timeout: float) -> Optional[str]:
    """`None` when it exits with 0, else what was wrong. What it prints goes to standard error.

    It gets a process group of its own, which is killed when the time is over; daemons that it leaves behind stay.
    """
    with as_caller():
        # Not subprocess: an exception of a signal handler inside it can leave its lock held for ever.
        process = os.posix_spawn('/bin/sh', ['/bin/sh', '-c', command], os.environ, setpgroup=0,
                                 setsigdef=[signal.SIGPIPE, signal.SIGTERM, signal.SIGINT],
                                 file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                                               (os.POSIX_SPAWN_DUP2, 2, 1)])
    try:
        code = wait(process, timeout)
    except BaseException:
        kill_group(process)
        raise
    if code is None:
        kill_group(process)
        return '`%s` was not done after %g seconds' % (command, timeout)
    if code < 0:
        return '`%s` was ended by signal %d' % (command, -code)
    return None if code == 0 else '`%s` exited with %d' % (command, code)


def wait(process: int, timeout: float) -> Optional[int]:
    """Its exit code, or `None` when it is still running after so many seconds."""
    end = time.monotonic() + timeout
    while True:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            return None
        time.sleep(0.02)


def kill_group(process: int) -> None:
    with as_caller():
        try:
            os.killpg(process, signal.SIGKILL)
        except ProcessLookupError:
            pass
    try:
        os.waitpid(process, 0)
    except ChildProcessError:
        # It ended, and the signal came when that was known.
        pass
