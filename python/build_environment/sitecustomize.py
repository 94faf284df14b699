"""Makes an interpreter see the build requirements instead of its own site-packages.

The directory of this file comes first on PYTHONPATH of everything that a build starts, so Python imports it by itself.
CLUTCH_BUILD_PATH has the directories of the build requirements; their `.pth` files count, as in site-packages.
"""

import os
import site
import sys


def isolate(entries):
    own = site.getsitepackages() if hasattr(site, "getsitepackages") else []
    own = {os.path.normcase(os.path.realpath(path)) for path in own + [site.getusersitepackages()]}
    sys.path[:] = [path for path in sys.path if os.path.normcase(os.path.realpath(path or os.curdir)) not in own]
    for entry in entries:
        site.addsitedir(entry)


isolate([entry for entry in os.environ.get("CLUTCH_BUILD_PATH", "").split(os.pathsep) if entry])
