"""Byte-compiles directories: reads one JSON object a line from standard input, answers each with one line.

The bytes must be the same whoever compiles, in whatever order and wherever the directory is: paths inside the code
are relative to the directory, and strings are written the same way whether or not another module shares them. A job
has `id`, `directory` and `mtime`, the time in seconds that the `.pyc` files get; they are read-only. The answer has
`id` and `files`, each `[path below the directory, size, SHA-256]`, or `error`.
Started with `-s -S -B -W ignore` and PYTHONHASHSEED=0. Standard library only, Python 3.9 to 3.15.
"""

import hashlib
import importlib.util
import json
import marshal
import os
import signal
import sys
from types import CodeType

# Strings of one character are single objects of the interpreter, and marshal writes whether somebody has interned
# them: so they all are, from the start.
CHARACTERS = [sys.intern(text) for text in [""] + [chr(code) for code in range(256)]]

CACHE_SUFFIX = "." + sys.implementation.cache_tag + ".pyc"

UMASK = os.umask(0o022)
os.umask(UMASK)

# What the compiler raises for a file that is no Python of this version: bad syntax, undecodable or null bytes,
# nesting beyond its limits. Such a file fails when it is imported, so compiling leaves it alone.
NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError)


def main():
    # A Ctrl-C on the terminal reaches this process too; the core decides, and closes our input when it ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The interpreter's own prints, a warning for example, must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        job = json.loads(line)
        answer = {"id": job["id"]}
        try:
            answer["files"] = compile_tree(job["directory"], job["mtime"])
        except OSError as error:
            answer["error"] = str(error)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def compile_tree(root, mtime):
    """Compiles every module below `root`; gives the files that were written."""
    written = []
    pending = [""]
    while pending:
        folder = pending.pop()
        modules = []
        with os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                if entry.name.endswith(".py") and entry.is_file():
                    modules.append(entry.name)
                elif entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                    pending.append(os.path.join(folder, entry.name))
        if modules:
            compile_folder(root, folder, modules, mtime, written)
    return written


def compile_folder(root, folder, modules, mtime, written):
    cache = os.path.join(folder, "__pycache__")
    has_cache = False
    for name in modules:
        bytecode = compile_module(root, os.path.join(folder, name))
        if bytecode is None:
            continue
        if not has_cache:
            make_directory(os.path.join(root, cache))
            has_cache = True
        path = os.path.join(cache, name[:-3] + CACHE_SUFFIX)
        write_file(os.path.join(root, path), bytecode, mtime)
        written.append([path, len(bytecode), hashlib.sha256(bytecode).hexdigest()])


def compile_module(root, name):
    """The content of the `.pyc` file, checked by the source's time and size (PEP 552, flags 0); None if no Python."""
    descriptor = os.open(os.path.join(root, name), os.O_RDONLY)
    try:
        status = os.fstat(descriptor)
        source = read_whole(descriptor, status.st_size)
    finally:
        os.close(descriptor)
    try:
        code = compile(source, name, "exec", dont_inherit=True, optimize=0)
    except NOT_PYTHON:
        return None
    header = importlib.util.MAGIC_NUMBER
    for number in (0, int(status.st_mtime), len(source)):
        header += (number & 0xFFFFFFFF).to_bytes(4, "little")
    return header + dump(code)


def read_whole(descriptor, size):
    content = os.read(descriptor, size)
    while len(content) < size:
        more = os.read(descriptor, size - len(content))
        if not more:
            break
        content += more
    return content


def dump(code):
    # marshal writes an object that has one reference differently from a shared one, and the interpreter shares
    # names between all modules that it has compiled: so every name gets a second reference here.
    held = []
    hold_names(code, held)
    return marshal.dumps(code)


def hold_names(code, held):
    held.append((code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_name))
    held.append(getattr(code, "co_qualname", None))
    hold_constants(code.co_consts, held)


def hold_constants(constants, held):
    held.append(list(constants))
    for constant in constants:
        if isinstance(constant, CodeType):
            hold_names(constant, held)
        elif isinstance(constant, (tuple, frozenset)):
            hold_constants(constant, held)


def make_directory(path):
    try:
        os.mkdir(path)
    except FileExistsError:
        return
    if UMASK & 0o755:
        os.chmod(path, 0o755)


def write_file(path, content, mtime):
    """Nobody else sees the tree yet, so the file is written in place; one that is there was made by somebody else."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o444)
    except FileExistsError:
        os.unlink(path)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o444)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if UMASK & 0o444:
            os.fchmod(descriptor, 0o444)
        os.utime(descriptor, (mtime, mtime))
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    main()
