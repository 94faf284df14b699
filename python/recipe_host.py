"""Starts the recipe host: the one process in which Python recipes and extensions run (see `clutch_host`).

Run as `python -I -S recipe_host.py DESCRIPTOR`, or as `python -s -S recipe_host.py DESCRIPTOR VARIABLES`, with variables of
the environment that the interpreter was not to see, as JSON; everything else arrives as messages on that descriptor.
"""

import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
if sys.flags.isolated:
    sys.path.insert(0, here)
else:
    import json

    sys.path[0] = here
    os.environ.update(json.loads(sys.argv[2]))
from clutch_host import main  # noqa: E402

sys.path.remove(here)
main(int(sys.argv[1]))
