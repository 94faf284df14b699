// The texts of scripts. They are zc.buildout's, byte for byte: people diff `bin/`, and a changed byte rewrites a file.

export interface ScriptParts {
  readonly python: string;
  readonly setup: string;
  readonly path: string;
  /** Empty, or the user's lines between two newlines. */
  readonly initialization: string;
}

/** A script that calls an entry point. */
export function formatScript(
  parts: ScriptParts,
  call: { module: string; attributes: string; arguments: string },
): string {
  return `#!${parts.python}
${parts.setup}
import sys
sys.path[0:0] = [
  ${parts.path},
  ]
${parts.initialization}
import ${call.module}

if __name__ == '__main__':
    sys.exit(${call.module}.${call.attributes}(${call.arguments}))
`;
}

/** A script that came as a whole file: the path is set before its first import. */
export function formatDistutilsScript(parts: ScriptParts, source: { before: string; after: string }): string {
  return `#!${parts.python}
${source.before}
${parts.setup}
import sys
sys.path[0:0] = [
  ${parts.path},
  ]
${parts.initialization}

${source.after}`;
}

/** An interpreter that sees the working set. */
export function formatInterpreter(parts: ScriptParts): string {
  return `#!${parts.python}
${parts.setup}
import sys

sys.path[0:0] = [
  ${parts.path === '' ? '' : `${parts.path},`}
  ]
${parts.initialization}
${interpreterBody}`;
}

const interpreterBody = `
_interactive = True
if len(sys.argv) > 1:
    # The Python interpreter wrapper allows only some of the options that a
    # "regular" Python interpreter accepts.
    _options, _args = __import__("getopt").getopt(sys.argv[1:], 'Iic:m:')
    _interactive = False
    for (_opt, _val) in _options:
        if _opt == '-i':
            _interactive = True
        elif _opt == '-c':
            exec(_val)
        elif _opt == '-m':
            sys.argv[1:] = _args
            _args = []
            __import__("runpy").run_module(
                 _val, {}, "__main__", alter_sys=True)
        elif _opt == '-I':
            # Allow yet silently ignore the \`-I\` option. The original behaviour
            # for this option is to create an isolated Python runtime. It was
            # deemed acceptable to allow the option here as this Python wrapper
            # is isolated from the system Python already anyway.
            # The specific use-case that led to this change is how the Python
            # language extension for Visual Studio Code calls the Python
            # interpreter when initializing the extension.
            pass

    if _args:
        sys.argv[:] = _args
        __file__ = _args[0]
        del _options, _args
        with open(__file__) as __file__f:
            exec(compile(__file__f.read(), __file__, "exec"))

if _interactive:
    del _interactive
    __import__("code").interact(banner="", local=globals())
`;
