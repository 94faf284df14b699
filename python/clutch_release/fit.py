"""Whether this machine is fit for a release: Python, platform, libraries, disk space. Asked before anything is written."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from typing import Any, Dict, Iterable, List, Sequence

from clutch_release.failures import NO_SPACE, NOT_FIT, Failure

ASK_PYTHON = 'import sys; print(sys.implementation.name, "%d.%d" % sys.version_info[:2])'
LIBRARY_DIRECTORIES = ('/lib', '/usr/lib', '/lib64', '/usr/lib64', '/usr/local/lib')


def check_machine(manifest: Dict[str, Any]) -> None:
    """Fails with NOT_FIT, naming what is missing or wrong."""
    check_platform(manifest)
    check_python(manifest)
    check_libraries(manifest)


def check_platform(manifest: Dict[str, Any]) -> None:
    wanted, here = manifest.get('platform'), sysconfig.get_platform()
    if wanted is not None and wanted != here:
        raise Failure(NOT_FIT, 'the release was built for %s, this machine is %s' % (wanted, here))


def check_python(manifest: Dict[str, Any]) -> None:
    need = manifest.get('python')
    if need is None:
        return
    wanted = '%s %s' % (need['implementation'], need['version'])
    hint = 'install %s there, or build a release for the Python that is there' % wanted
    try:
        answer = subprocess.run([need['executable'], '-I', '-S', '-c', ASK_PYTHON], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=False)
    except FileNotFoundError:
        raise Failure(NOT_FIT, 'the release needs the Python `%s`, which is not there' % need['executable'],
                      hint) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failure(NOT_FIT, 'the Python `%s` does not start: %s' % (need['executable'], error), hint) from None
    found = answer.stdout.decode('utf-8', 'replace').strip()
    if found != wanted:
        raise Failure(NOT_FIT, 'the release needs %s, `%s` is %s' % (wanted, need['executable'], found or 'broken'), hint)


def check_libraries(manifest: Dict[str, Any]) -> None:
    needed: Sequence[Dict[str, Any]] = manifest.get('libraries') or ()
    if not needed:
        return
    known = set(system_libraries())
    missing = [library for library in needed if library['soname'] not in known and not any(
        os.path.exists(os.path.join(directory, library['soname']))
        for directory in (*library.get('runPaths', ()), *search_directories()))]
    if missing:
        names = ', '.join(describe_library(library) for library in missing)
        raise Failure(NOT_FIT, 'the release needs libraries that this machine does not have: ' + names,
                      'install the packages that have them')


def describe_library(library: Dict[str, Any]) -> str:
    by = library.get('neededBy')
    return library['soname'] + (' (for %s)' % by if by else '')


def search_directories() -> List[str]:
    multiarch = sysconfig.get_config_var('MULTIARCH') or ''
    triple = [os.path.join(directory, multiarch) for directory in LIBRARY_DIRECTORIES[:2]] if multiarch else []
    return [*filter(None, os.environ.get('LD_LIBRARY_PATH', '').split(':')), *triple, *LIBRARY_DIRECTORIES]


def system_libraries() -> Iterable[str]:
    """The sonames in the loader's cache (glibc); none where there is no such cache."""
    environment = {**os.environ, 'PATH': '/sbin:/usr/sbin:/bin:/usr/bin'}
    try:
        answer = subprocess.run(['ldconfig', '-p'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, env=environment, check=False)
    except OSError:
        return []
    lines = answer.stdout.decode('utf-8', 'replace').splitlines()
    return [line.split()[0] for line in lines if ' => ' in line]


def check_space(directory: str, wanted_bytes: int, wanted_files: int) -> None:
    """Fails with NO_SPACE unless the file system has room, with a little to spare."""
    status = os.statvfs(directory)
    available = status.f_bavail * status.f_frsize
    needed = wanted_bytes + wanted_files * 4096 + (1 << 20)
    if available < needed:
        raise Failure(NO_SPACE, 'the disk of `%s` has %s free, %s are needed'
                      % (directory, format_bytes(available), format_bytes(needed)))
    if status.f_files and status.f_favail < wanted_files:
        raise Failure(NO_SPACE, 'the disk of `%s` has room for %d more files, %d are needed'
                      % (directory, status.f_favail, wanted_files))


def format_bytes(count: float) -> str:
    for unit in ('bytes', 'KB', 'MB'):
        if count < 1000:
            return '%.3g %s' % (count, unit)
        count /= 1000
    return '%.3g GB' % count
