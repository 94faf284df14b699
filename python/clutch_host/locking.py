"""Locks between processes for parts that several buildouts share: one of them builds, the others wait."""

import contextlib
import errno
import fcntl
import logging
import os

# A file system without locks, such as some that come over a network.
NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL}


@contextlib.contextmanager
def locked(path, name):
    """Holds the lock of the file while the block runs; the kernel takes it back however this process ends.

    The core is not the one to hold it: should the core be killed, the recipe here still builds until it notices.
    """
    if path is None:
        yield
        return
    descriptor = os.open(path, os.O_RDWR)
    try:
        _wait(descriptor, name)
        yield
    finally:
        os.close(descriptor)


def _wait(descriptor, name):
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return
    except BlockingIOError:
        logging.getLogger(name).info('another run builds this shared part; waiting for it')
    except OSError as error:
        if error.errno in NO_LOCKS:
            return
        raise
    fcntl.flock(descriptor, fcntl.LOCK_EX)
