"""Runs a command on a pseudo terminal of 100 columns: `run-on-terminal.py [--interrupt PATTERN] COMMAND…`.

All that the terminal got goes to standard output as it came; the exit code is the command's. With `--interrupt`,
Ctrl-C is typed when PATTERN, a regular expression, was seen.
"""
import fcntl
import os
import pty
import re
import struct
import sys
import termios


def main(words):
    pattern = None
    if words[0] == '--interrupt':
        pattern = re.compile(words[1].encode())
        words = words[2:]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(words[0], words)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 100, 0, 0))
    seen = b''
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # Linux says EIO when the other side is closed.
            break
        if not data:
            break
        os.write(1, data)
        seen += data
        if pattern is not None and pattern.search(seen):
            pattern = None
            os.write(terminal, b'\x03')
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


sys.exit(main(sys.argv[1:]) % 256)
