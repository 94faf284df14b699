# `__main__.py` of a `.pyz` upgrade: imports the program out of one compressed member and starts it. Understood by every
# Python, so that one that is too old is told so.

import sys

if sys.version_info < (3, 9):
    sys.stderr.write('Error: this upgrade needs Python 3.9 or newer, this is Python %d.%d\n' % sys.version_info[:2])
    sys.exit(69)
try:
    import lzma
except ImportError:
    sys.stderr.write('Error: this upgrade needs a Python with the module lzma\n')
    sys.exit(69)

import importlib.util
import json
import os
import zipfile

FILE = os.path.dirname(os.path.abspath(__file__))


def read_program():
    with zipfile.ZipFile(FILE) as archive:
        lc, pb, size = json.loads(archive.read('streams.json'))['program']
        filters = [{'id': lzma.FILTER_LZMA1, 'lc': lc, 'lp': 0, 'pb': pb, 'dict_size': size}]
        return json.loads(lzma.decompress(archive.read('program'), lzma.FORMAT_RAW, filters=filters))


class Program:
    """Finds and loads the modules of the package `clutch_release`."""

    def __init__(self, sources):
        self.sources = {'clutch_release.' + name: text for name, text in sources.items()}
        self.sources['clutch_release'] = ''

    def find_spec(self, name, path=None, target=None):
        if name in self.sources:
            return importlib.util.spec_from_loader(name, self, is_package=name == 'clutch_release')
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(compile(self.sources[module.__name__], module.__name__, 'exec'), module.__dict__)


sys.meta_path.insert(0, Program(read_program()))
from clutch_release.upgrade import main

sys.exit(main(FILE))
