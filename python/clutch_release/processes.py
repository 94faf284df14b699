"""Which processes run from a release: those that were started from it, work in it or have a file of it open or mapped.
Linux only; elsewhere none are found."""

from __future__ import annotations

import os
from typing import Iterator, List, NamedTuple, Tuple


class Process(NamedTuple):
    pid: int
    command: str

    def __str__(self) -> str:
        return '%d (%s)' % (self.pid, self.command)


def processes_in(places: Tuple[str, ...]) -> List[Process]:
    """Processes with a path below one of `places` in their command line, as program, directory, open or mapped file.

    Of other users' processes only the command line is seen.
    """
    try:
        pids = sorted(int(name) for name in os.listdir('/proc') if name.isdigit())
    except OSError:
        return []
    mine = (os.getpid(), os.getppid())
    return [process_of(pid) for pid in pids if pid not in mine and any(
        is_below(path, places) for path in paths_of(pid))]


def is_below(path: str, places: Tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(place + '/') for place in places)


def paths_of(pid: int) -> Iterator[str]:
    directory = '/proc/%d/' % pid
    for argument in read(directory + 'cmdline').split('\0'):
        yield argument
    for name in ('exe', 'cwd'):
        yield link(directory + name)
    for line in read(directory + 'maps').splitlines():
        fields = line.split(None, 5)
        if len(fields) == 6:
            yield fields[5]
    try:
        descriptors = os.listdir(directory + 'fd')
    except OSError:
        return
    for name in descriptors:
        yield link(directory + 'fd/' + name)


def process_of(pid: int) -> Process:
    arguments = read('/proc/%d/cmdline' % pid).rstrip('\0').split('\0')
    return Process(pid, ' '.join(arguments)[:80])


def read(path: str) -> str:
    try:
        with open(path, encoding='utf-8', errors='surrogateescape') as stream:
            return stream.read()
    except OSError:
        # It is gone, or is not ours to look at.
        return ''


def link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ''
