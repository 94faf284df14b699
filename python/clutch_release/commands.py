"""The user's own commands around a switch: --stop, --start, --health. Each runs in a shell and may take so long."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Optional

from clutch_release.identity import as_caller


def run_command(command: str, timeout: float) -> Optional[str]:
    """`None` when it exits with 0, else what was wrong. What it prints goes to standard error.

    It gets a process group of its own, which is killed when the time is over; daemons that it leaves behind stay.
    """
    with as_caller():
        process = subprocess.Popen(['/bin/sh', '-c', command], stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(),
                                   start_new_session=True)
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        kill_group(process)
        return '`%s` was not done after %g seconds' % (command, timeout)
    except BaseException:
        kill_group(process)
        raise
    if code == 0:
        return None
    if code < 0:
        return '`%s` was ended by signal %d' % (command, -code)
    return '`%s` exited with %d' % (command, code)


def kill_group(process: subprocess.Popen) -> None:
    with as_caller():
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.wait()
