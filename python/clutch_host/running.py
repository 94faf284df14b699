"""The verbs that run recipes and extensions. Each is zc.buildout's own sequence of steps, for one part."""

import os
import sys

import pkg_resources
import zc.buildout
import zc.buildout.buildout as real
import zc.buildout.easy_install as easy_install

from clutch_host.failures import debug_failure
from clutch_host.installing import add_distributions, is_active, remember_picked, send_settings, take_settings
from clutch_host.locking import locked
from clutch_host.proxies import Buildout

# They replace how zc.buildout finds and installs eggs, which the core does here: run along they would do nothing.
REPLACED_EXTENSIONS = {
    'buildout-wheel': 'wheels are installed without it',
    'buildout-requirements': 'requirements files are not read by it here',
    'sendpickedversions': 'picked versions are shown by `show-picked-versions`',
    'slapos-rebootstrap': 'the Python to use is set by BUILDOUT_PYTHON',
}

# What an extension may not replace unnoticed: these are never called here.
BYPASSED_METHODS = ['_satisfied', '_obtain', '_fetch', '_get_dist', '_constrain', '_call_pip_install', 'install']
BYPASSED_FUNCTIONS = ['call_pip_install', 'unpack_wheel', 'unpack_egg', '_move_to_eggs_dir_and_compile',
                      '_get_index', 'develop']


def register_verbs(peer):
    running = Running(peer)
    peer.verbs.update({
        'config.attach': running.attach,
        'resolver.settings': take_settings,
        'host.debug': debug_failure,
        'recipe.load': running.load,
        'recipe.create': running.create,
        'recipe.run': running.run,
        'recipe.uninstall': running.uninstall,
        'recipe.signature': running.signature,
        'extension.run': running.run_extensions,
    })
    # A recipe may have changed a pin or another setting for the parts that follow.
    peer.after_verb = lambda: send_settings(peer) if running.buildout else None


class Running:

    def __init__(self, peer):
        self._peer = peer
        self._develop_eggs_seen = None
        # Whether everything the core decided on is what is active here.
        self._is_as_decided = True
        self.buildout = None

    def attach(self, settings):
        self.buildout = Buildout(self._peer, settings)

    def load(self, requirement, entry, distributions):
        """Makes a recipe importable and imports it."""
        self._make_importable(distributions)
        self._entry_point(requirement, 'zc.buildout', entry)

    def create(self, section, requirement, entry):
        """Makes the recipe of a section; the core has registered the section and reads what its recipe sets."""
        options = self.buildout.options_of(section)
        self.buildout.creating.add(section)
        try:
            recipe = self._entry_point(requirement, 'zc.buildout', entry)
            options.recipe = recipe(self.buildout, section, options)
        finally:
            self.buildout.creating.discard(section)
        return {'update': hasattr(options.recipe, 'update')}

    def run(self, section, method, lock=None):
        """Installs or updates a part; the paths it made, as the recipe returned them."""
        options = self.buildout.options_of(section)
        with locked(lock, section):
            paths = options._call(getattr(options.recipe, method))
        if paths is None or isinstance(paths, str):
            return paths
        # Joining says what zc.buildout says when a path is not a text.
        paths = list(paths)
        '\n'.join(paths)
        return paths

    def uninstall(self, section, requirement, entry, options, distributions):
        """Whether there was an uninstall recipe to run."""
        try:
            self._make_importable(distributions)
            uninstaller = self._entry_point(requirement, 'zc.buildout.uninstall', entry)
        except (ImportError, pkg_resources.DistributionNotFound):
            return False
        uninstaller(section, real.Options(self.buildout, section, dict(options)))
        return True

    def signature(self, requirement):
        """What __buildout_signature__ lists for a recipe."""
        parsed = pkg_resources.Requirement.parse(requirement)
        return real._dists_sig(pkg_resources.working_set.resolve([parsed]))

    def run_extensions(self, group, distributions, picked):
        remember_picked(picked)
        self._make_importable(distributions)
        ran = []
        for entry_point in pkg_resources.iter_entry_points(group):
            ran.append(entry_point.name)
            self._run_extension(entry_point)
        return ran

    def _run_extension(self, entry_point):
        name = entry_point.dist.project_name
        why = REPLACED_EXTENSIONS.get(easy_install.canonicalize_name(name))
        if why:
            raise zc.buildout.UserError('The extension %s cannot be used here: %s.' % (name, why))
        before = _bypassed()
        entry_point.load()(self.buildout)
        replaced = sorted(attribute for attribute, value in _bypassed().items() if value is not before[attribute])
        if replaced:
            raise zc.buildout.UserError(
                'The extension %s replaces %s of zc.buildout, which is not used here.' % (name, ', '.join(replaced)))

    def _make_importable(self, distributions):
        add_distributions(pkg_resources.working_set, distributions)
        if not all(is_active(**description) for description in distributions):
            self._is_as_decided = False
        self._add_develop_eggs()

    def _add_develop_eggs(self):
        """Develop eggs are found through .pth files, which zc.buildout reads before and after its develop step."""
        directory = self.buildout['buildout']['develop-eggs-directory']
        update = getattr(self.buildout, '_update_sys_path', None)
        if update is None or not os.path.isdir(directory):
            return
        seen = os.stat(directory).st_mtime_ns
        if seen != self._develop_eggs_seen:
            self._develop_eggs_seen = seen
            update()
            sys.path_importer_cache.clear()

    def _entry_point(self, requirement, group, entry):
        name = pkg_resources.Requirement.parse(requirement).project_name
        try:
            dist = pkg_resources.get_distribution(name)
            entry_point = dist.get_entry_info(group, entry)
            if entry_point is not None and not entry_point.extras and self._is_as_decided:
                # Without `require`, which would read what each egg requires to decide it all again.
                return entry_point.resolve()
            return dist.load_entry_point(group, entry)
        except pkg_resources.VersionConflict as conflict:
            raise easy_install.VersionConflict(conflict, pkg_resources.working_set)


def _bypassed():
    values = {'Installer.' + name: getattr(easy_install.Installer, name, None) for name in BYPASSED_METHODS}
    values.update({name: getattr(easy_install, name, None) for name in BYPASSED_FUNCTIONS})
    return values
