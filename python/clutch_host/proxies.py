"""What recipes get as `buildout` and `options`: zc.buildout's own classes, with the configuration in the core."""

import socket

import zc.buildout
import zc.buildout.buildout as real

from clutch_host.sections import Layer, Parts, RawSections


class Options(real.Options):

    def __init__(self, buildout, section, data=None):
        if data is not None:
            # Somebody makes options of their own, as zc.buildout does for .installed.cfg: those are local.
            self.__class__ = real.Options
            real.Options.__init__(self, buildout, section, data)
            return
        self.buildout = buildout
        self.name = section
        self._peer = buildout._peer

    def __getattr__(self, name):
        # A recipe that the core runs itself has no object here until a Python recipe asks for it.
        if name == 'recipe' and self.name not in self.buildout.creating and self.get('recipe'):
            real.Options.initialize(self)
            return self.__dict__['recipe']
        raise AttributeError(name)

    _raw = property(lambda self: Layer(self._peer, self.name, 'raw'))
    _cooked = property(lambda self: Layer(self._peer, self.name, 'cooked'))

    @property
    def _data(self):
        return Layer(self._peer, self.name, 'data')

    @_data.setter
    def _data(self, values):
        data = self._data
        for option in data.copy():
            del data[option]
        data.update(values)

    def _initialize(self):
        pass

    def get(self, option, default=None, seen=None):
        params = {'seen': ['%s:%s' % tuple(key) for key in seen]} if seen else {}
        value = self._peer.call('option.get', section=self.name, option=option, **params)
        return default if value is None else value

    def __setitem__(self, option, value):
        if not isinstance(value, str):
            raise TypeError('Option values must be strings', value)
        self._peer.call('option.set', section=self.name, option=option, value=value)

    def __delitem__(self, option):
        if option not in self.keys():
            raise KeyError(option)
        self._peer.call('option.delete', section=self.name, option=option)

    def keys(self):
        return self._peer.call('section.snapshot', section=self.name, layer='keys')

    def items(self):
        return [(option, self[option]) for option in self.keys()]

    def values(self):
        return [self[option] for option in self.keys()]

    def copy(self):
        return self._peer.call('section.snapshot', section=self.name, layer='copy')

    def _sub(self, template, seen):
        # Like the real one, this does not look for `$$`; get() does.
        seen = ['%s:%s' % tuple(key) for key in seen or ()]
        return self._peer.call('section.substitute', section=self.name, template=template, seen=seen)

    def _dosub(self, option, value):
        self._cooked[option] = '$$'.join([
            self._sub(part, [(self.name, option)]) for part in value.split('$$')
        ])

    def __reduce__(self):
        return dict, (dict(self),)

    def __deepcopy__(self, memo):
        return self


class Buildout(real.Buildout):

    Options = Options

    def __init__(self, peer, settings):
        self._peer = peer
        self._data = {}
        # Names of sections whose recipe is being made.
        self.creating = set()
        self._buildout_dir = settings['directory']
        self._links = tuple(settings['links'])
        self._allow_hosts = tuple(settings['allow_hosts'])
        self.offline = settings['offline']
        self.newest = settings['newest']
        options = self['buildout']
        self.show_picked_versions = real.bool_option(options, 'show-picked-versions', 'false')
        self.update_versions_file = options.get('update-versions-file', '')
        self._setup_logging()
        timeout = options.get('socket-timeout', '')
        if timeout.isdigit():
            socket.setdefaulttimeout(int(timeout))

    _raw = property(lambda self: RawSections(self._peer))

    @property
    def _annotated(self):
        return {
            name: real._annotate_section(layer.copy(), '') for name, layer in self._raw.items()
        }

    @property
    def _parts(self):
        return Parts(self._peer)

    @_parts.setter
    def _parts(self, parts):
        self._peer.call('config.parts', parts=list(parts))

    @property
    def versions(self):
        if 'versions' in self.__dict__:
            return self.__dict__['versions']
        section = self['buildout'].get('versions')
        return self[section] if section else {}

    @versions.setter
    def versions(self, versions):
        self.__dict__['versions'] = versions

    def __getitem__(self, section):
        # The core opens it, which may run recipes here, and says what it was doing when that fails.
        self._peer.call('section.open', section=section)
        return self.options_of(section)

    def options_of(self, section):
        """The proxy of a section, without opening it."""
        options = self._data.get(section)
        if options is None:
            options = self._data[section] = self.Options(self, section)
        return options

    def __setitem__(self, section, options):
        options = {option: str(value) for option, value in options.items()}
        self._peer.call('section.create', section=section, options=options, initialise=True, replace=False)

    def parse(self, text):
        self._peer.call('config.parse', text=text)

    def keys(self):
        return self._peer.call('config.sections')

    def __iter__(self):
        return iter(self.keys())

    def __len__(self):
        return len(self.keys())

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        raise TypeError('A buildout cannot be pickled.')


def _forbid(name):
    def refuse(self, *args, **options):
        raise zc.buildout.UserError('A recipe or extension cannot call buildout.%s().' % name)
    setattr(Buildout, name, refuse)


# What a whole run consists of is the core's.
for _name in sorted(real.Buildout.COMMANDS) + ['_load_extensions', '_unload_extensions', '_maybe_upgrade']:
    _forbid(_name)
