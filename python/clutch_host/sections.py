"""Containers whose content lives in the core: a layer of a section, the sections as configured, the list of parts."""

from collections.abc import MutableMapping, MutableSequence


class Layer(MutableMapping):
    """One layer of a section.

    `configured` is what buildout._raw[section] is, `raw`, `cooked` and `data` what options._raw, options._cooked and
    options._data are.
    """

    def __init__(self, peer, section, layer):
        self._call = peer.call
        self._where = {'section': section, 'layer': layer}

    def __getitem__(self, option):
        value = self._call('option.get', option=option, **self._where)
        if value is None:
            raise KeyError(option)
        return value

    def __setitem__(self, option, value):
        self._call('option.set', option=option, value=value, **self._where)

    def __delitem__(self, option):
        self[option]
        self._call('option.delete', option=option, **self._where)

    def __iter__(self):
        return iter(self.copy())

    def __len__(self):
        return len(self.copy())

    def copy(self):
        return dict(self._call('section.snapshot', **self._where))

    def items(self):
        return self.copy().items()

    def values(self):
        return self.copy().values()

    def __repr__(self):
        return repr(self.copy())

    def __deepcopy__(self, memo):
        return self.copy()

    def __reduce__(self):
        return dict, (self.copy(),)


class RawSections(MutableMapping):
    """buildout._raw."""

    def __init__(self, peer):
        self._peer = peer

    def __getitem__(self, section):
        if section not in self:
            raise KeyError(section)
        return Layer(self._peer, section, 'configured')

    def __contains__(self, section):
        return self._peer.call('section.snapshot', section=section, layer='configured') is not None

    def __setitem__(self, section, options):
        self._peer.call('section.create', section=section, options=dict(options), initialise=False, replace=True)

    def __delitem__(self, section):
        if section not in self:
            raise KeyError(section)
        self._peer.call('section.delete', section=section)

    def __iter__(self):
        return iter(self._peer.call('config.sections'))

    def __len__(self):
        return len(self._peer.call('config.sections'))

    def copy(self):
        return dict(self)

    def __repr__(self):
        return repr(self.copy())

    def __deepcopy__(self, memo):
        return {section: layer.copy() for section, layer in self.items()}


class Parts(MutableSequence):
    """buildout._parts: parts in the order in which they were initialised."""

    def __init__(self, peer):
        self._call = peer.call

    def _read(self):
        return self._call('config.parts')

    def _change(self, change):
        parts = self._read()
        change(parts)
        self._call('config.parts', parts=parts)

    def __getitem__(self, index):
        return self._read()[index]

    def __setitem__(self, index, part):
        self._change(lambda parts: parts.__setitem__(index, part))

    def __delitem__(self, index):
        self._change(lambda parts: parts.__delitem__(index))

    def insert(self, index, part):
        self._change(lambda parts: parts.insert(index, part))

    def __len__(self):
        return len(self._read())

    def __eq__(self, other):
        return self._read() == list(other)

    def __repr__(self):
        return repr(self._read())
