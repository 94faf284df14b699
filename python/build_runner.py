"""Calls one hook of a project's build back end (PEP 517, PEP 660) and leaves the answer in a file.

    python -s -B build_runner.py JOB.json

The job names the hook, the back end, the project's root and the file for the answer; standard output and standard
error belong to the back end. `build_environment/sitecustomize.py` has made the build requirements importable.
Standard library only, Python 3.9 to 3.15.
"""

import configparser
import importlib
import importlib.metadata
import json
import os
import sys
import traceback

WRAPPER = """\
#!{executable}
import sys
from {module} import {first}
sys.argv[0] = {name!r}
sys.exit({function}())
"""


def main(job_file):
    with open(job_file, encoding="utf-8") as file:
        job = json.load(file)
    # The directory of this file is no part of the project's world.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or os.curdir) != here]
    os.umask(0o022)
    os.chdir(job["root"])
    if job.get("build_ext"):
        set_build_ext(job["build_ext"])
    write_scripts(job["paths"], job["scripts"])
    try:
        answer = develop(job) if job["hook"] == "setup_py_develop" else call_hook(job)
    except Exception as error:
        show_failure(error)
        sys.exit(1)
    with open(job["answer"], "w", encoding="utf-8") as file:
        json.dump(answer, file)


def show_failure(error):
    """The traceback without the frames of this file: they say nothing about the project."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    traceback.print_exception(type(error), error, frames)


def call_hook(job):
    back_end = load_back_end(job)
    settings = job.get("config_settings")
    hook = getattr(back_end, job["hook"], None)
    if job["hook"].startswith("get_requires_"):
        return {"result": list(hook(settings)) if hook is not None else []}
    if hook is None:
        return {"missing": True}
    return {"result": hook(job["output"], settings)}


def load_back_end(job):
    root = os.path.realpath(job["root"])
    in_tree = [os.path.realpath(os.path.join(root, path)) for path in job["backend_path"]]
    for path in in_tree:
        if path != root and not path.startswith(root + os.sep):
            sys.exit("backend-path leaves the project: " + path)
    sys.path[:0] = in_tree
    module_name, _, attributes = job["backend"].partition(":")
    back_end = importlib.import_module(module_name)
    origin = os.path.realpath(getattr(back_end, "__file__", None) or os.sep)
    if in_tree and not any(origin.startswith(path + os.sep) for path in in_tree):
        sys.exit("the build back end %s was not loaded from backend-path" % module_name)
    for attribute in filter(None, attributes.split(".")):
        back_end = getattr(back_end, attribute)
    return back_end


def develop(job):
    """For a setuptools without build_editable (before 64): its own `develop` command."""
    import setuptools  # noqa: F401 - has to come before distutils

    sys.argv = ["setup.py", "-q", "develop", "-mxN", "-d", job["output"]]
    sys.path.insert(0, job["root"])
    with open("setup.py", "rb") as file:
        source = file.read()
    exec(compile(source, "setup.py", "exec"), {"__file__": os.path.abspath("setup.py"), "__name__": "__main__"})
    return {"result": [name for name in os.listdir(job["output"]) if name.endswith(".egg-link")][0]}


def set_build_ext(options):
    """Adds the options to `[build_ext]` of setup.cfg, which distutils reads, whatever else is in there."""
    parser = configparser.RawConfigParser()
    parser.optionxform = lambda option: option
    parser.read(["setup.cfg"], encoding="utf-8")
    if not parser.has_section("build_ext"):
        parser.add_section("build_ext")
    for option, value in options.items():
        parser.set("build_ext", option, value)
    with open("setup.cfg", "w", encoding="utf-8") as file:
        parser.write(file)


def write_scripts(paths, directory):
    """Programs that build requirements bring (`meson`, `cython`): eggs have no `bin`, so they are made here."""
    for distribution in importlib.metadata.distributions(path=paths):
        for point in distribution.entry_points:
            module, _, function = point.value.partition("[")[0].strip().partition(":")
            if point.group != "console_scripts" or not function or os.sep in point.name:
                continue
            text = WRAPPER.format(
                executable=sys.executable, module=module, first=function.split(".")[0], function=function, name=point.name
            )
            os.makedirs(directory, exist_ok=True)
            script = os.path.join(directory, point.name)
            with open(script, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(script, 0o755)


if __name__ == "__main__":
    main(sys.argv[1])
