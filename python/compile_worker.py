"""Byte-compiles directories: reads one JSON object a line from standard input, answers each with one line.

The bytes must be the same whoever compiles, in whatever order and wherever the directory is: paths inside the code
are relative to the directory, and strings are written the same way whether or not another module shares them.
Started with `-s -S -B -W ignore` and PYTHONHASHSEED=0. Standard library only, Python 3.9 to 3.15.
"""

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
            answer["compiled"] = compile_tree(job["directory"])
        except OSError as error:
            answer["error"] = str(error)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def compile_tree(root):
    """Compiles every module below `root`; gives how many."""
    compiled = 0
    pending = [""]
    while pending:
        folder = pending.pop()
        modules = []
        with os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    modules.append(entry.name)
                elif entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                    pending.append(os.path.join(folder, entry.name))
        if modules:
            compiled += compile_folder(root, folder, modules)
    return compiled


def compile_folder(root, folder, modules):
    compiled = 0
    cache = os.path.join(root, folder, "__pycache__")
    for name in modules:
        source = os.path.join(root, folder, name)
        if not os.path.isfile(source):
            continue
        bytecode = compile_module(source, os.path.join(folder, name))
        if bytecode is None:
            continue
        if not compiled:
            os.makedirs(cache, exist_ok=True)
        write_atomically(os.path.join(cache, name[:-3] + CACHE_SUFFIX), bytecode, os.stat(source).st_mode)
        compiled += 1
    return compiled


def compile_module(path, name):
    """The content of the `.pyc` file, checked by the source's time and size (PEP 552, flags 0); None if no Python."""
    with open(path, "rb") as file:
        source = file.read()
        status = os.fstat(file.fileno())
    try:
        code = compile(source, name, "exec", dont_inherit=True, optimize=0)
    except NOT_PYTHON:
        return None
    header = importlib.util.MAGIC_NUMBER
    for number in (0, int(status.st_mtime), len(source)):
        header += (number & 0xFFFFFFFF).to_bytes(4, "little")
    return header + dump(code)


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


def write_atomically(path, content, mode):
    temporary = "%s.%d.tmp" % (path, os.getpid())
    try:
        descriptor = os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, (mode | 0o200) & 0o666)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        raise


if __name__ == "__main__":
    main()
