"""zc.buildout.easy_install with the core behind it: deciding, fetching and building eggs are calls into the core.

Only the methods of Installer that do the work are replaced, so that the functions around them (`install`, `build`,
`working_set`, the setters) stay zc.buildout's own with their signatures and checks.
"""

import importlib
import os
import sys

import pkg_resources
import zc.buildout.easy_install as easy_install

# Class attributes of Installer, which setters and extensions change, under the names of their setters.
SETTINGS = {
    'versions': '_versions',
    'prefer_final': '_prefer_final',
    'index_url': '_index_url',
    'allow_picked_versions': '_allow_picked_versions',
    'use_dependency_links': '_use_dependency_links',
    'download_cache': '_download_cache',
    'install_from_cache': '_install_from_cache',
    'allow_unknown_extras': '_allow_unknown_extras',
    'store_required_by': '_store_required_by',
}

_start_environment = dict(os.environ)
_sent_settings = {}
_distributions = {}
# Eggs of shared directories that scripts have to name by a link: after a rebuild it leads elsewhere.
_links = set()


def replace_installer(peer):
    """From here on Installer asks the core."""
    installer = easy_install.Installer
    easy_install._get_index = lambda *args, **options: None
    installer._make_env = lambda self: None

    def install(self, specs, working_set=None):
        working_set = pkg_resources.WorkingSet([]) if working_set is None else working_set
        answer = _ask(peer, 'eggs.install', self, specs=[str(spec) for spec in specs],
                      check_picked=self._check_picked, allow_unknown_extras=bool(self._allow_unknown_extras),
                      shared=working_set is pkg_resources.working_set,
                      present=[(dist.project_name, dist.location) for dist in working_set])
        return add_distributions(working_set, answer['distributions'])

    def build(self, spec, build_ext):
        return _ask(peer, 'egg.build', self, spec=str(spec), build_ext=dict(build_ext))

    def develop(setup, dest, build_ext=None, executable=sys.executable, verbosity=None):
        assert executable == sys.executable, (executable, sys.executable)
        send_settings(peer)
        return peer.call('egg.develop', setup=os.path.abspath(os.path.expanduser(str(setup))),
                         destination=os.path.abspath(dest), build_ext=dict(build_ext or {}), process=_process_state())

    resolve = easy_install.realpath
    easy_install.realpath = lambda path: path if path in _links else resolve(path)
    installer.install = install
    installer.build = build
    easy_install.develop = develop


def _ask(peer, verb, installer, **params):
    send_settings(peer)
    # zc.buildout's own eggs are looked for by the core in its own way.
    path = [item for item in installer._path if item not in easy_install.buildout_and_setuptools_path]
    answer = peer.call(
        verb,
        destination=installer._dest,
        path=[os.path.abspath(item) for item in path],
        links=[link for link in installer._links if link != installer._download_cache],
        index=installer._index_url,
        newest=bool(installer._newest),
        versions=dict(installer._versions),
        allow_hosts=list(installer._allow_hosts),
        process=_process_state(),
        **params)
    if 'picked' in answer:
        remember_picked(answer['picked'])
        return answer
    return answer['locations']


def _process_state():
    """What a recipe may have changed about this process and a build would inherit."""
    environment = dict(os.environ)
    changed = {name: value for name, value in environment.items() if _start_environment.get(name) != value}
    changed.update({name: None for name in _start_environment if name not in environment})
    mask = os.umask(0)
    os.umask(mask)
    return {'environment': changed, 'directory': os.getcwd(), 'umask': mask}


def take_settings(settings):
    """Gives Installer the settings that the core has now."""
    for name, value in settings.items():
        if name == 'versions':
            value = easy_install.normalize_versions(value)
        setattr(easy_install.Installer, SETTINGS[name], value)
    _sent_settings.update(_read_settings())


def send_settings(peer):
    """Tells the core which of Installer's settings a recipe or extension changed, by whatever way."""
    if not _sent_settings:
        return  # the core has not said its own yet
    for name, value in _read_settings().items():
        if name not in _sent_settings or _sent_settings[name] != value:
            _sent_settings[name] = value
            peer.call('resolver.setting', name=name, value=value)


def _read_settings():
    settings = {name: getattr(easy_install.Installer, attribute) for name, attribute in SETTINGS.items()}
    settings['versions'] = dict(settings['versions'])
    return settings


def remember_picked(picked):
    """get_picked_versions() of a recipe or extension answers for the whole run."""
    installer = easy_install.Installer
    installer._picked_versions = dict(picked['versions'])
    installer._required_by = {name: set(requirers) for name, requirers in picked['required_by'].items()}


def add_distributions(working_set, descriptions):
    """Adds the core's distributions to `working_set`; in the global one, what is loaded already stays."""
    for description in descriptions:
        dist = find_distribution(**description)
        present = working_set.by_key.get(dist.key)
        if working_set is pkg_resources.working_set:
            if present is None:
                importlib.invalidate_caches()
                working_set.add(dist)
        elif present is None or present.location != dist.location:
            # Not `insert=True`: it resolves every path on the way for every distribution.
            if dist.location not in working_set.entries:
                working_set.entries.append(dist.location)
            working_set.add(dist, insert=False, replace=True)
    return working_set


def is_active(**description):
    """Whether pkg_resources.working_set has exactly this distribution of its project."""
    dist = find_distribution(**description)
    active = pkg_resources.working_set.by_key.get(dist.key)
    return active is not None and active.location == dist.location


def find_distribution(project, version, location, develop, metadata_path=None):
    """The pkg_resources distribution of what the core describes."""
    key = project, location
    if key not in _distributions:
        _distributions[key] = _read_distribution(project, version, location, metadata_path)
        if location.endswith('.egg') and os.path.islink(location):
            _links.add(location)
        if not develop:
            _distributions[key].precedence = pkg_resources.EGG_DIST
    return _distributions[key]


def _read_distribution(project, version, location, metadata_path):
    name = easy_install.normalize_name(pkg_resources.safe_name(project))
    places = [location, metadata_path] if metadata_path else [location]
    for place in places:
        for dist in pkg_resources.find_distributions(place):
            if easy_install.normalize_name(dist.key) == name:
                # Metadata of a develop egg may lie in the develop-eggs directory, its code does not.
                return dist if dist.location == location else dist.clone(location=location)
    return pkg_resources.Distribution(location=location, project_name=project, version=version)
