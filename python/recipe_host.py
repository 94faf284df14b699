"""Starts the recipe host: the one process in which Python recipes and extensions run (see `clutch_host`).

Run as `python -I -S recipe_host.py DESCRIPTOR`; everything else arrives as messages on that descriptor.
"""

import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
from clutch_host import main  # noqa: E402

sys.path.remove(here)
main(int(sys.argv[1]))
