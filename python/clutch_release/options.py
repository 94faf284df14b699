"""The command lines: what the three programs share, and usage errors with the exit code of sysexits.h."""

from __future__ import annotations

import argparse
from typing import NoReturn, Optional

from clutch_release.failures import USAGE, Failure
from clutch_release.switch import SwitchOptions


class Parser(argparse.ArgumentParser):

    def error(self, message: str) -> NoReturn:
        raise Failure(USAGE, message, 'see --help')


def create_parser(program: Optional[str], description: str) -> Parser:
    return Parser(prog=program, description=description, allow_abbrev=False,
                  epilog='Exit codes: docs/releases.md of clutch, "Exit codes".')


def add_switch_options(parser: Parser) -> None:
    parser.add_argument('--check', action='store_true', help='only verify; change nothing')
    parser.add_argument('--stop', metavar='COMMAND', help='run this before the switch')
    parser.add_argument('--start', metavar='COMMAND', help='run this after the switch')
    parser.add_argument('--health', metavar='COMMAND',
                        help='run this at the end; when it fails or hangs, the old release comes back')
    parser.add_argument('--timeout', metavar='SECONDS', type=positive_seconds, default=120.0,
                        help='how long each of these commands may take (default 120)')
    parser.add_argument('--keep', metavar='N', type=positive_count, default=2,
                        help='keep so many releases, the current and the previous one always (default 2)')
    parser.add_argument('--json', action='store_true', help='print the outcome as JSON')


def switch_options(values: argparse.Namespace) -> SwitchOptions:
    return SwitchOptions(values.stop, values.start, values.health, values.timeout, values.keep)


def positive_seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float('inf'):
        raise argparse.ArgumentTypeError('%s is no number of seconds' % text)
    return value


def positive_count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError('%s is no number of releases' % text)
    return value
