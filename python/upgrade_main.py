# Starts a `.pyz` upgrade whose bytes give its checksum. Every Python understands it, and so tells when it is too old.
import sys

if sys.version_info < (3, 9):
    sys.stderr.write('Error: this upgrade needs Python 3.9 or newer, this is Python %d.%d\n' % sys.version_info[:2])
    sys.exit(69)
try:
    import lzma
except ImportError:
    sys.stderr.write('Error: this upgrade needs a Python with the module lzma\n')
    sys.exit(69)

import functools
import hashlib
import importlib.util
import io
import json
import os
import zipfile

FILE = os.path.dirname(os.path.abspath(__file__))
DIGEST_LENGTH = 64


def check_integrity():
    digest = hashlib.sha256()
    with open(FILE, 'rb') as stream:
        left = os.path.getsize(FILE) - DIGEST_LENGTH
        while left > 0:
            digest.update(stream.read(min(left, 1 << 20)))
            left -= 1 << 20
        return stream.read() == digest.hexdigest().encode()


def read_streams():
    # Name to a function that opens the stream: raw LZMA streams end to end, whose sizes and properties the index has.
    with zipfile.ZipFile(FILE) as archive:
        index, data = json.loads(archive.read('index.json')), archive.read('data')
    streams, start = {}, 0
    for name, (size, lc, pb, dictionary) in index.items():
        filters = [{'id': lzma.FILTER_LZMA1, 'lc': lc, 'lp': 0, 'pb': pb, 'dict_size': dictionary}]
        content = io.BytesIO(data[start:start + size])
        streams[name] = functools.partial(lzma.LZMAFile, content, format=lzma.FORMAT_RAW, filters=filters)
        start += size
    return streams


class Program:
    # Finds and loads the modules of the package `clutch_release`, which are one stream.

    def __init__(self, stream):
        self.sources = {'clutch_release.' + name: text for name, text in json.load(stream).items()}
        self.sources['clutch_release'] = ''

    def find_spec(self, name, path=None, target=None):
        if name in self.sources:
            return importlib.util.spec_from_loader(name, self, is_package=name == 'clutch_release')

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(compile(self.sources[module.__name__], module.__name__, 'exec'), module.__dict__)


if not check_integrity():
    sys.stderr.write('Error: `%s` is damaged: its bytes do not give its checksum\nhint: fetch it again\n' % FILE)
    sys.exit(65)
STREAMS = read_streams()
sys.meta_path.insert(0, Program(STREAMS['program']()))
from clutch_release.upgrade import main

sys.exit(main(FILE, STREAMS))
