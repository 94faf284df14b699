"""Whoever starts an upgrade, files of a release belong to the owner of the installation: root works as that user, and
is root again for the commands around the switch."""

from __future__ import annotations

import os
import pwd
from contextlib import contextmanager
from typing import Iterator

CALLER = (os.geteuid(), os.getegid())


def become_owner(directory: str) -> None:
    """For root only, and when the directory is there and is somebody else's."""
    if CALLER[0] != 0 or not os.path.isdir(directory):
        return
    status = os.stat(directory)
    if status.st_uid == 0:
        return
    try:
        os.initgroups(pwd.getpwuid(status.st_uid).pw_name, status.st_gid)
    except KeyError:
        os.setgroups([status.st_gid])
    os.setegid(status.st_gid)
    os.seteuid(status.st_uid)


@contextmanager
def as_caller() -> Iterator[None]:
    """Inside, who the program was started as."""
    worker = (os.geteuid(), os.getegid())
    if worker == CALLER:
        yield
        return
    os.seteuid(CALLER[0])
    os.setegid(CALLER[1])
    try:
        yield
    finally:
        os.setegid(worker[1])
        os.seteuid(worker[0])
