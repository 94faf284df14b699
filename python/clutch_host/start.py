"""`host.start`: makes the process look like one that runs bin/buildout, imports zc.buildout, registers the verbs.

`host.expect` does the part of it that takes long, before the core knows for certain that it wants it.
"""

import contextlib
import os
import sys
import types
import warnings


def start_host(peer, paths, argv, directory, prefix, downloads=None):
    """Imports zc.buildout from `paths`; returns where pkg_resources finds what is importable now.

    `downloads`: for a release, where files are that recipes would fetch.
    """
    # Also where it goes to a file, so that it stands between what the children of recipes print.
    sys.stdout.reconfigure(line_buffering=True)
    sys.argv[:] = argv
    os.chdir(directory)
    import_buildout(paths, prefix)
    # A native namespace package that grows is no conflict, though pkg_resources takes it for one.
    warnings.filterwarnings('ignore', message='Module .* was already imported from None')

    from clutch_host.installing import replace_installer
    from clutch_host.running import register_verbs
    if downloads:
        from clutch_host.downloads import share_downloads
        share_downloads(**downloads)
    replace_installer(peer)
    register_verbs(peer)

    import pkg_resources
    return {
        'python': '%d.%d.%d' % sys.version_info[:3],
        'distributions': [[dist.project_name, dist.version] for dist in pkg_resources.working_set],
    }


def import_buildout(paths, prefix):
    """Imports zc.buildout, once, with `paths` in front of sys.path."""
    _act_like_site(prefix)
    if paths != sys.path[:len(paths)]:
        sys.path[:0] = paths
    with _pip_internals_faked(), warnings.catch_warnings():
        # zc.buildout 5 needs it, whatever setuptools thinks of that.
        warnings.filterwarnings('ignore', message='pkg_resources is deprecated')
        import zc.buildout
    import zc.buildout.easy_install
    import zc.buildout.buildout


def _act_like_site(prefix):
    """The host runs without `site`: recipes still may call exit(), and a virtual environment has its own prefix."""
    import site
    site.setquit()
    site.sethelper()
    if sys.prefix != prefix:
        sys.prefix = sys.exec_prefix = prefix


@contextlib.contextmanager
def _pip_internals_faked():
    """Keeps zc.buildout from importing half of pip (100 ms).

    zc.buildout.patches uses these names for its own package index, which never runs here. Its other patch, of
    Requirement.__contains__, is needed, so the module itself has to be imported.
    """
    attributes = {
        'pip._internal': {},
        'pip._internal.index': {},
        'pip._internal.models': {},
        'pip._internal.index.collector': {'IndexContent': None, 'parse_links': None},
        'pip._internal.index.package_finder': {'_check_link_requires_python': None},
        'pip._internal.models.target_python': {'TargetPython': _TargetPython},
    }
    for name, values in attributes.items():
        module = types.ModuleType(name)
        module.__path__ = []
        vars(module).update(values)
        sys.modules[name] = module
    try:
        yield
    finally:
        for name in attributes:
            sys.modules.pop(name, None)
        vars(sys.modules.get('pip', types)).pop('_internal', None)


class _TargetPython:
    py_version_info = sys.version_info[:3]
