"""Runs a command in a file system of its own, in which a release's prefix holds what the caller says and nothing else.

Everything else of the machine is there as it is. Nothing is written outside the mounts that the job names, and all of it
is gone with the last process: the prefix need not exist, and where it exists, nobody outside sees a difference.
Started with `-I -S -B` and a job file (JSON: prefix, root, mounts, command, environment, directory, failure). What keeps
it from starting the command goes as JSON into the file `failure`, and the exit status is 125. Linux, standard library
only, Python 3.9 to 3.15.
"""

import ctypes
import errno
import json
import os
import signal
import sys

CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG = 1
FAILED = 125

libc = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):
    """A step that the system does not let us do; `step` is for programs, `path` is what it was done to."""

    def __init__(self, step, path, number):
        super().__init__("%s: %s: %s" % (step, path, os.strerror(number)))
        self.facts = {"step": step, "path": path, "code": errno.errorcode.get(number, str(number))}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    try:
        enter(job)
    except Refused as refused:
        with open(job["failure"], "w", encoding="utf-8") as file:
            json.dump(refused.facts, file)
        return FAILED
    # The command must not outlive whoever asked for it: its files would change under the next one.
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.umask(0o022)
    os.chdir(job["directory"])
    command = job["command"]
    os.execve(command[0], command, job["environment"])


def enter(job):
    """Makes the namespace and the file system in it; from here on, `/` is another one."""
    leave_namespaces()
    call("private", "/", libc.mount, None, b"/", None, MS_REC | MS_PRIVATE, None)
    root = job["root"]
    options = b"mode=0755,size=16m"
    call("root", root, libc.mount, b"tmpfs", os.fsencode(root), b"tmpfs", MS_NOSUID | MS_NODEV, options)
    chain = build_chain(root, job["prefix"])
    for mount in job["mounts"]:
        target = os.path.join(chain, mount["target"])
        os.makedirs(target, exist_ok=True)
        bind(mount["source"], target)
    change_root(root)
    # Whoever writes beside the release must hear of it, not lose it.
    call("read-only", "/", libc.mount, None, b"/", None, MS_REMOUNT | MS_BIND | MS_RDONLY, None)


def leave_namespaces():
    """A mount namespace of our own; without the right to make one, a user namespace that has the right."""
    if os.geteuid() == 0 and libc.unshare(CLONE_NEWNS) == 0:
        return
    user, group = os.geteuid(), os.getegid()
    call("unshare", "user namespace", libc.unshare, CLONE_NEWUSER | CLONE_NEWNS)
    # The same numbers inside: the command is not taken for root, which tar and initdb treat in another way.
    write("setgroups", "deny")
    write("uid_map", "%d %d 1" % (user, user))
    write("gid_map", "%d %d 1" % (group, group))


def write(name, text):
    path = "/proc/self/" + name
    try:
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
    except OSError as error:
        raise Refused("map", path, error.errno) from error


def build_chain(root, prefix):
    """The directories down to `prefix`, with all their other entries bound into them; the prefix itself is empty."""
    host, here = "/", root
    for name in prefix.strip("/").split("/"):
        mirror(host, here, name)
        host, here = os.path.join(host, name), os.path.join(here, name)
        os.mkdir(here, 0o755)
    return here


def mirror(host, here, left_out):
    try:
        with os.scandir(host) as found:
            entries = [entry for entry in found if entry.name != left_out]
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise Refused("list", host, error.errno) from error
    for entry in entries:
        target = os.path.join(here, entry.name)
        try:
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), target)
                continue
            is_directory = entry.is_dir()
        except OSError:
            # It went away, or nobody can reach it outside either.
            continue
        if is_directory:
            os.mkdir(target)
        else:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
        try:
            bind(entry.path, target)
        except Refused as refused:
            if refused.facts["code"] not in ("ENOENT", "EACCES", "ESTALE", "ENOTCONN"):
                raise


def bind(source, target):
    flags = MS_BIND | MS_REC
    call("bind", source, libc.mount, os.fsencode(source), os.fsencode(target), None, flags, None)


def change_root(root):
    os.chdir(root)
    # Both may be the same place (pivot_root(2)): the old root then lies on top of the new one.
    if libc.pivot_root(b".", b".") == 0:
        call("detach", "/", libc.umount2, b".", MNT_DETACH)
    else:
        # On a ramfs there is nothing to exchange.
        call("chroot", root, libc.chroot, b".")
    os.chdir("/")


def call(step, path, function, *arguments):
    if function(*arguments) != 0:
        raise Refused(step, path, ctypes.get_errno())


if __name__ == "__main__":
    sys.exit(main())
