"""Installs this source release in place, without a network: python3 install.py [buildout arguments]

It needs the Python that the release was made with and nothing else. `install.py bootstrap` makes bin/buildout.
"""

# The text has to be understood by every Python that somebody may try it with, so that the wrong one is told so.

import hashlib
import io
import json
import os
import subprocess
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
    """What was recorded, then what the user says. Of two assignments to one option the one that sorts later would
    count, so each option is assigned once."""
    said = set(option_of(word) for word in arguments if '=' in word)
    own = {
        'download-cache': CACHE,
        'install-from-cache': 'true',
    }
    if os.path.isdir(os.path.join(CACHE, 'extends')):
        own['extends-cache'] = os.path.join(CACHE, 'extends')
    if not can_write(egg_cache()):
        own['egg-cache'] = ''
    assigned = dict((('buildout', option), value) for option, value in own.items())
    recorded = [((section, option), value) for section, option, value in RELEASE['assignments']
                if (section, option) not in assigned]
    words = ['%s:%s=%s' % (section, option, value)
             for (section, option), value in recorded + sorted(assigned.items())
             if (section, option) not in said]
    return ['-Uc', os.path.join(HERE, RELEASE['configuration'])] + words + arguments


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
    problems = []
    for node in carried_nodes() + nodes_on_path():
        problem = why_unusable(node)
        if problem is None:
            return node
        problems.append(problem)
    if RELEASE['node']:
        problems.append('Install Node 22.15 or newer, or make the release on a machine like this one.')
    else:
        problems.append('This release was made without Node: install Node 22.15 or newer, '
                        'or make the release without --without-node.')
    fail('\n'.join(problems))


def carried_nodes():
    if not RELEASE['node']:
        return []
    check_platform()
    folder = os.path.join(PROGRAM, 'node_modules')
    nodes = [os.path.join(folder, name, 'bin', 'node') for name in sorted(os.listdir(folder))]
    return [node for node in nodes if os.path.isfile(node)]


def nodes_on_path():
    nodes = [os.path.join(folder, 'node') for folder in os.environ.get('PATH', '').split(os.pathsep) if folder]
    return [node for node in nodes if os.path.isfile(node) and os.access(node, os.X_OK)]


def why_unusable(node):
    """A sentence; None when it is usable. A system may be too old for it, or not let it be run."""
    process = None
    try:
        process = subprocess.Popen([node, '--version'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output = process.communicate()[0].decode('utf-8', 'replace').strip()
        numbers = tuple(int(number) for number in output.lstrip('v').split('.')[:2])
    except (OSError, ValueError) as error:
        said = error if process is None else output
        return '%s does not run here: %s' % (node, said)
    if numbers < (22, 15):
        return '%s is Node %s, and Node 22.15 or newer is required.' % (node, output)
    return None


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
