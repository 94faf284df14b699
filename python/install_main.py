"""Installs this bundle: `python3 install.py --help` tells how. Its program is part of the release, in tree/.release."""

import os
import sys

if sys.version_info < (3, 9):
    sys.stderr.write('Error: install.py needs Python 3.9 or newer, this is Python %d.%d\n' % sys.version_info[:2])
    sys.exit(69)

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, 'tree', '.release'))
from clutch_release.install import main

sys.exit(main(HERE))
