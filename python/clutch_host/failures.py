"""Exceptions on their way between Python and the core, so that each side gets back its own.

An exception raised here is kept under a token; when the core hands it on to an outer recipe, that recipe catches the
very same object. An error of the core arrives as an exception of the class that zc.buildout would have raised,
carries the core's token, and is recognised by the core when no recipe catches it.
"""

import collections
import os
import sys
import traceback

_kept = collections.OrderedDict()
_keep_at_most = 200
_counter = 0
_classes = {}
_own_directory = os.path.dirname(os.path.abspath(__file__))


class CoreError(Exception):
    """An error of the core that has no class in zc.buildout."""


def describe_failure(error):
    """What the core needs to know of `error`, as JSON."""
    return {
        'kind': _kind_of(error),
        'message': _text_of(error),
        'classes': [_class_path(cls) for cls in type(error).__mro__],
        'activities': _activities(error.__traceback__),
        'traceback': _format_traceback(error),
        'exitCode': _exit_code(error) if isinstance(error, SystemExit) else None,
        'python': _keep(error),
        'core': getattr(error, '_clutch_token', None),
    }


def recall_failure(description):
    """The exception to raise for an error that the core sent: the original one, if it came from here."""
    kept = _kept.get(description.get('python'))
    if kept is not None:
        return kept
    cls = _with_fixed_text(_find_class(description.get('classes', ())))
    error = cls.__new__(cls)
    error.args = tuple(description.get('args') or [description['message']])
    error._clutch_text = description['message']
    error._clutch_token = description.get('core')
    return error


def debug_failure(token):
    """zc.buildout's -D: shows the whole traceback, then opens the debugger where the exception was raised."""
    import pdb
    error = _kept.get(token)
    if error is None:
        return False
    shown = traceback.TracebackException(type(error), error, error.__traceback__)
    _drop_own_frames(shown)
    # In zc.buildout everything starts here; this process has no such frame, but people look for that line.
    main = sys.modules['zc.buildout.buildout'].main.__code__
    shown.stack.insert(0, traceback.FrameSummary(main.co_filename, main.co_firstlineno, main.co_name))
    sys.stderr.write(''.join(shown.format()) + '\nStarting pdb:\n')
    sys.stderr.flush()
    pdb.post_mortem(error.__traceback__)
    return True


def _keep(error):
    global _counter
    for token, kept in _kept.items():
        if kept is error:
            return token
    _counter += 1
    token = 'p%d' % _counter
    _kept[token] = error
    while len(_kept) > _keep_at_most:
        _kept.popitem(last=False)
    return token


def _kind_of(error):
    if isinstance(error, SystemExit):
        return 'exit'
    if isinstance(error, KeyboardInterrupt):
        return 'interrupt'
    user_errors = [
        getattr(sys.modules.get(module), name, None)
        for module, name in (('zc.buildout', 'UserError'), ('distutils.errors', 'DistutilsError'))
    ]
    return 'user' if isinstance(error, tuple(cls for cls in user_errors if cls)) else 'exception'


def _text_of(error):
    try:
        return str(error)
    except Exception:
        return repr(error)


def _exit_code(error):
    """As Python does at the end of a program: a text is printed, and the code is one."""
    if error.code is None or isinstance(error.code, int):
        return (error.code or 0) & 0xff
    if not getattr(error, '_clutch_printed', False):
        error._clutch_printed = True
        sys.stderr.write('%s\n' % (error.code,))
    return 1


def _activities(trace):
    """The texts under `While:` that this stretch of Python adds; the core knows what goes on beyond its calls."""
    found = []
    while trace is not None:
        frame = trace.tb_frame
        doing = frame.f_locals.get('__doing__')
        if doing:
            found.append(doing if isinstance(doing, str) else doing[0] % tuple(doing[1:]))
        if frame.f_code.co_name == 'call' and _is_own(frame.f_code.co_filename):
            break
        trace = trace.tb_next
    return found


def _format_traceback(error):
    formatted = traceback.TracebackException(type(error), error, error.__traceback__)
    part = formatted
    seen = set()
    while part is not None and id(part) not in seen:
        seen.add(id(part))
        _drop_own_frames(part)
        part = part.__cause__ or part.__context__
    return ''.join(formatted.format())


def _drop_own_frames(part):
    """The reader wants the recipe's frames; ours stay when the innermost one is ours, since then we are to blame."""
    stack = part.stack
    if not stack or (_is_own(stack[-1].filename) and stack[-1].name != 'call'):
        return
    others = [frame for frame in stack if not _is_own(frame.filename)]
    if others:
        stack[:] = others


def _is_own(filename):
    return os.path.dirname(filename) == _own_directory


def _class_path(cls):
    return '%s.%s' % (cls.__module__, cls.__qualname__)


def _find_class(paths):
    for path in paths:
        module, _, name = path.rpartition('.')
        cls = getattr(sys.modules.get(module), name, None)
        if isinstance(cls, type) and issubclass(cls, Exception):
            return cls
    return CoreError


def _with_fixed_text(cls):
    """`cls`, but its text is the core's, however its own `__str__` would put it together."""
    if cls not in _classes:
        _classes[cls] = type(cls.__name__, (cls,), {
            '__str__': lambda self: self._clutch_text,
            '__module__': cls.__module__,
            '__qualname__': cls.__qualname__,
        })
    return _classes[cls]
