"""SlapOS's rule for pruning a shared directory, written down independently: what `slapos node prune` keeps.

    slapos_rule.py SHARED SOFTWARE...

Prints what it would delete, one path on a line, after deleting it. An entry SHARED/*/* stays when its base name occurs in
`.installed.cfg` or in a script in `bin` of a buildout in SOFTWARE (a directory that holds buildouts), or in the marker of an
entry that stays. Repeated until nothing more goes, since a part may be used by another one.
"""

import fnmatch
import glob
import os
import shutil
import sys


def read(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


def texts(shared, software):
    for directory in software:
        for pattern in ('*/.installed.cfg', '*/bin/*'):
            for path in glob.glob(os.path.join(directory, pattern)):
                if os.path.isfile(path):
                    yield read(path)
    for entry in glob.glob(os.path.join(shared, '*', '*')):
        for name in os.listdir(entry):
            if name == '.buildout-shared.json' or fnmatch.fnmatchcase(name, '.*signature'):
                yield read(os.path.join(entry, name))


def main(shared, *software):
    while True:
        known = list(texts(shared, software))
        unused = [entry for entry in sorted(glob.glob(os.path.join(shared, '*', '*')))
                  if not any(os.path.basename(entry) in text for text in known)]
        if not unused:
            return
        for entry in unused:
            for folder, _, _ in os.walk(entry):
                os.chmod(folder, 0o755)
            shutil.rmtree(entry)
            print(entry)


main(*sys.argv[1:])
