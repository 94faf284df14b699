# Upgrades this installation, and goes back: `--help` tells how. The program lies in ../.release.

import os
import sys

if sys.version_info < (3, 9):
    sys.stderr.write('Error: bin/upgrade needs Python 3.9 or newer, this is Python %d.%d\n' % sys.version_info[:2])
    sys.exit(69)

SCRIPT = os.path.realpath(__file__)
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(SCRIPT)), '.release'))
from clutch_release.installed import main

sys.exit(main(SCRIPT))
