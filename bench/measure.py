"""Runs a program and says what it and everything it started took: wall time, CPU time, exit code.

`python -I -S measure.py RESULT OUTPUT PROGRAM ARGUMENT…`: RESULT gets one line of JSON, OUTPUT what the program prints.
Node knows only its own CPU time, `time` only that of children that were waited for; this process adopts what the
program leaves behind (PR_SET_CHILD_SUBREAPER, Linux) and waits for all of it, so a run ends when its last worker does.
"""

import ctypes
import json
import os
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def main(result_path, output_path, *command):
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # What earlier runs wrote must not be on its way to the disk while this one is timed.
    os.sync()
    output = os.open(output_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    start = time.perf_counter()
    actions = [(os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, output, 2)]
    child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    user = system = 0.0
    answered = None
    code = 1
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        user += usage.ru_utime
        system += usage.ru_stime
        if pid == child:
            answered = time.perf_counter() - start
            code = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    with open(result_path, "w") as stream:
        json.dump({"wall": wall, "answered": answered, "user": user, "system": system, "code": code}, stream)


main(*sys.argv[1:])
