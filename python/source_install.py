"""Installs this source release in place, without a network: python3 install.py [buildout arguments]

It needs the Python that the release was made with and nothing else. `install.py bootstrap` makes bin/buildout.
"""

# The text has to be understood by every Python that somebody may try it with, so that the wrong one is told so.

import hashlib
import io
import json
import os
import sys
import tempfile

RELEASE = None  # clutch puts the facts of the release here

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.path.join(HERE, 'release-distributions')
PROGRAM = os.path.join(CACHE, 'clutch')


def main(arguments):
    if arguments[:1] in (['--help'], ['-h']):
        sys.stdout.write(__doc__)
        return 0
    check_python()
    check_files()
    node = find_node()
    environment = dict(os.environ, BUILDOUT_PYTHON=sys.executable, TMPDIR=tempfile.gettempdir())
    command = [node, os.path.join(PROGRAM, 'dist', 'clutch.js')] + buildout_arguments(arguments)
    sys.stdout.flush()
    os.execve(node, command, environment)


def check_python():
    wanted = tuple(RELEASE['python'])
    if sys.version_info[:2] != wanted:
        fail('Invalid Python version, %d.%d.\nPython %d.%d is required.' % (tuple(sys.version_info[:2]) + wanted))


def buildout_arguments(arguments):
    """What was recorded, then what the user says; of one option the user's word counts."""
    said = set(option_of(word) for word in arguments if '=' in word)
    recorded = ['%s:%s=%s' % (section, option, value)
                for section, option, value in RELEASE['assignments']
                if (section, option) not in said]
    own = {
        'download-cache': CACHE,
        'install-from-cache': 'true',
    }
    if os.path.isdir(os.path.join(CACHE, 'extends')):
        own['extends-cache'] = os.path.join(CACHE, 'extends')
    if not can_write(egg_cache()):
        own['egg-cache'] = ''
    assignments = ['buildout:%s=%s' % (option, value)
                   for option, value in sorted(own.items()) if ('buildout', option) not in said]
    return recorded + ['-Uc', os.path.join(HERE, RELEASE['configuration'])] + assignments + arguments


def option_of(word):
    names = word.split('=', 1)[0].split(':')
    section = names[0].strip() if len(names) > 1 else 'buildout'
    return section, names[-1].strip()


def egg_cache():
    home = os.environ.get('XDG_CACHE_HOME') or os.path.join(os.path.expanduser('~'), '.cache')
    return os.path.join(home, 'clutch')


def can_write(directory):
    """Whether it can be written to, or made."""
    while not os.path.isdir(directory):
        parent = os.path.dirname(directory)
        if parent == directory or os.path.exists(directory):
            return False
        directory = parent
    return os.access(directory, os.W_OK | os.X_OK)


def check_files():
    """Refuses files that are not those of the release: a changed one, a missing one, one too many in `dist`."""
    list_file = os.path.join(CACHE, 'SHA256SUMS')
    if hash_of(list_file) != RELEASE['sums']:
        fail('The list of files, %s, was changed or is missing.' % list_file)
    known = set()
    with io.open(list_file, encoding='utf-8') as lines:
        for line in lines:
            wanted, path = line.rstrip('\n').split('  ', 1)
            known.add(path)
            if hash_of(os.path.join(CACHE, *path.split('/'))) != wanted:
                fail('%s was changed or is missing.' % os.path.join(CACHE, path))
    dist = os.path.join(CACHE, 'dist')
    for name in sorted(os.listdir(dist) if os.path.isdir(dist) else []):
        if 'dist/' + name not in known:
            fail('%s does not belong to this release.' % os.path.join(dist, name))


def hash_of(path):
    digest = hashlib.sha256()
    try:
        with open(path, 'rb') as stream:
            for block in iter(lambda: stream.read(1 << 20), b''):
                digest.update(block)
    except (IOError, OSError):
        return None
    return digest.hexdigest()


def find_node():
    """The Node that came along, else the one on the PATH."""
    if RELEASE['node']:
        check_platform()
        folder = os.path.join(PROGRAM, 'node_modules')
        for name in sorted(os.listdir(folder)):
            node = os.path.join(folder, name, 'bin', 'node')
            if os.path.isfile(node):
                return node
    for folder in os.environ.get('PATH', '').split(os.pathsep):
        node = os.path.join(folder, 'node')
        if folder and os.path.isfile(node) and os.access(node, os.X_OK):
            check_node(node)
            return node
    fail('This release was made without Node, and there is no `node` on the PATH.\n'
         'Install Node 22.15 or newer, or make the release without --without-node.')


def check_node(node):
    import subprocess
    try:
        version = subprocess.check_output([node, '--version']).decode('ascii', 'replace').strip()
        numbers = tuple(int(number) for number in version.lstrip('v').split('.')[:2])
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        fail('%s does not run: %s' % (node, error))
    if numbers < (22, 15):
        fail('%s is Node %s.\nNode 22.15 or newer is required.' % (node, version))


def check_platform():
    import sysconfig
    here = sysconfig.get_platform()
    if not same_platform(here, RELEASE['platform']):
        fail('This release was made for %s, and this is %s.\n'
             'Make it there, or with --without-node.' % (RELEASE['platform'], here))


def same_platform(here, there):
    """macOS names its own version in between."""
    if here.startswith('macosx-') and there.startswith('macosx-'):
        return here.split('-')[-1] == there.split('-')[-1]
    return here == there


def fail(message):
    sys.stderr.write(message + '\n')
    sys.exit(1)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
