"""Writing so that a power cut or a kill leaves the old or the new, and removing trees."""

from __future__ import annotations

import ctypes
import os
import shutil


def write_file(path: str, content: bytes) -> None:
    """Replaces a file in one step; it is on the disk when this returns."""
    temporary = '%s.%d.tmp' % (path, os.getpid())
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        with open(descriptor, 'wb') as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(temporary, path)
    except BaseException:
        remove_file(temporary)
        raise
    sync_directory(os.path.dirname(path))


def point_link(link: str, target: str) -> None:
    """Makes `link` lead to `target`, in one step whether it was there or not."""
    temporary = link + '.new'
    remove_file(temporary)
    os.symlink(target, temporary)
    os.rename(temporary, link)
    sync_directory(os.path.dirname(link))


def remove_file(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def remove_tree(path: str) -> None:
    """Never through a link; what is gone already is fine."""
    if os.path.lexists(path):
        set_directory_modes(path, 0o755)
        shutil.rmtree(path)


def set_directory_modes(path: str, mode: int) -> None:
    """Read-only directories keep an application that runs as their owner from changing its release by accident."""
    for directory, _, _ in os.walk(path):
        os.chmod(directory, mode)


def sync_directory(path: str) -> None:
    """Makes renames inside a directory survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file_system(path: str) -> None:
    """Everything written to the file system that holds a directory: one call where each file would cost one."""
    try:
        syncfs = ctypes.CDLL(None, use_errno=True).syncfs
    except (AttributeError, OSError):
        os.sync()
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if syncfs(descriptor) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), path)
    finally:
        os.close(descriptor)
