"""Compresses the streams of a delta with LZMA, which Node does not have and every Python from 3.3 on can read.

One line of JSON on standard input lists files; each gets a neighbour FILE.lzma of raw LZMA, and standard output one
line with the properties that made it smallest: literal context bits, position bits, size of the dictionary.
"""

import json
import lzma
import sys

# Literal context bits and position bits; what is large is not tried so often.
CHOICES = ((3, 0), (0, 0), (4, 0), (3, 2), (0, 2))
LARGE = 1 << 22
LARGEST_DICTIONARY = 1 << 26


def pack(path):
    with open(path, 'rb') as stream:
        content = stream.read()
    dictionary = 4096
    while dictionary < min(len(content), LARGEST_DICTIONARY):
        dictionary *= 2
    choices = CHOICES[:1] if len(content) > LARGE else CHOICES
    packed, lc, pb = min(((compress(content, lc, pb, dictionary), lc, pb) for lc, pb in choices), key=smallest)
    with open(path + '.lzma', 'wb') as stream:
        stream.write(packed)
    return lc, pb, dictionary


def smallest(choice):
    return len(choice[0])


def compress(content, lc, pb, dictionary):
    filters = [{'id': lzma.FILTER_LZMA1, 'preset': 9 | lzma.PRESET_EXTREME, 'lc': lc, 'lp': 0, 'pb': pb,
                'dict_size': dictionary}]
    return lzma.compress(content, format=lzma.FORMAT_RAW, filters=filters)


print(json.dumps([pack(path) for path in json.load(sys.stdin)]))
