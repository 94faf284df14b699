"""The application of the quickstart: greets, and shows that its dependencies are its own."""

import sys

import markupsafe
import zope.interface


class IGreeter(zope.interface.Interface):
    """Says hello."""


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else "world"
    print(f"Hello, {markupsafe.escape(name)}! {IGreeter.__name__} comes from {zope.interface.__file__}")
