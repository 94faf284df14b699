"""The recipe host: recipes and extensions written for zc.buildout run here, unmodified.

The real zc.buildout is imported. Its Buildout and Options are replaced by proxies whose values live in the core
(clutch), and what decides, fetches and builds eggs by calls into the core; scripts, templates, downloads, logging,
`created` and all the rest stay zc.buildout's own. The core calls verbs here (`host.start`, `recipe.run`, ...) and is
called back (`option.get`, `eggs.install`, ...); calls nest in both directions, last in, first out.

Files: `peer` carries messages, `failures` carries exceptions, `start` imports zc.buildout, `sections` and
`proxies` stand in for its configuration, `installing` for its installer, `running` has the verbs of recipes, `locking`
keeps two buildouts from building one shared part; `downloads` is for releases.
"""

import atexit
import gc
import io
import os
import sys
import threading

from clutch_host.peer import Peer


def main(descriptor):
    """Answers the core until it says `host.stop` or goes away."""
    # A section that needs a section that needs a section: each level costs about ten frames here.
    sys.setrecursionlimit(20000)
    # Most of what lives here lives to the end, and there is little of it: looking for garbage costs a tenth of a run.
    gc.set_threshold(50000, 20, 100)
    peer = Peer(descriptor)

    from clutch_host.start import import_buildout, start_host
    peer.verbs['host.expect'] = import_buildout
    peer.verbs['host.start'] = lambda **settings: start_host(peer, **settings)
    peer.serve()
    _leave()


def _leave():
    """Ends the process as Python does, but for taking everything apart, which costs 30 ms."""
    threading._shutdown()  # waits for threads
    atexit._run_exitfuncs()
    # A file that a recipe left open is written when it is taken apart. The streams come last: they are what is seen.
    open_files = [item for item in gc.get_objects() if isinstance(item, (io.BufferedWriter, io.TextIOWrapper))]
    for file in open_files + [sys.stdout, sys.stderr]:
        try:
            file.flush()
        except (AttributeError, ValueError, OSError):
            pass  # closed, only for reading, or nobody reads it
    os._exit(0)
