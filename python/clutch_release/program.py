"""What every program here does around its work: signals, failures to sentences, exit codes."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
import traceback
from typing import Callable, NoReturn

from clutch_release.console import Console
from clutch_release.failures import BUG, IO_FAILED, NO_SPACE, Failure

CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


def run_program(name: str, parse: Callable[[], argparse.Namespace],
                work: Callable[[argparse.Namespace, Console], None]) -> int:
    """Runs `work`; gives the exit code. Ctrl-C and SIGTERM end it with everything cleaned up."""
    sys.dont_write_bytecode = True
    console = Console(name, '--json' in sys.argv)
    try:
        values = parse()
        signal.signal(signal.SIGTERM, interrupt)
        work(values, console)
        return console.finish()
    except Failure as failure:
        return console.finish(failure)
    except KeyboardInterrupt:
        return console.finish(Failure(128 + signal.SIGINT, 'interrupted', 'run it again to finish'))
    except OSError as error:
        code = NO_SPACE if error.errno in CANNOT_WRITE else IO_FAILED
        return console.finish(Failure(code, os_error_text(error)))
    except Exception:
        traceback.print_exc()
        return console.finish(Failure(BUG, 'this is a bug of clutch'))


def interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def os_error_text(error: OSError) -> str:
    text = os.strerror(error.errno) if error.errno else str(error)
    return '%s: `%s`' % (text, error.filename) if error.filename else text
