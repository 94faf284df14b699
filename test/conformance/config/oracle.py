"""Answers, for a list of cases on standard input, what zc.buildout itself makes of them (JSON both ways).

Each case is one of {"parse": text}, {"save": [option, value]} or {"read": {...}}; see oracle.ts for the fields.
"""

import contextlib
import io
import json
import os
import shutil
import sys
import urllib.error

import zc.buildout
import zc.buildout.buildout as reference
import zc.buildout.configparser as configparser
import zc.buildout.download
from packaging.markers import default_environment


class Reached(Exception):
    """Raised where Buildout.__init__ has read everything."""


class QuietOptions(reference.Options):
    def initialize(self):
        pass


unannotate = reference._unannotate
remote = {}


def reached(data):
    raise Reached(data)


def retrieve(url, path):
    if url not in remote:
        raise urllib.error.URLError("not there")
    shutil.copyfile(remote[url], path)
    return path, None


reference._unannotate = reached
reference.Buildout.Options = QuietOptions
zc.buildout.download.urlretrieve = retrieve


def describe(error):
    doing = []
    trace = error.__traceback__
    while trace is not None:
        text = trace.tb_frame.f_locals.get("__doing__")
        if text:
            doing.append(text if isinstance(text, str) else text[0] % text[1:])
        trace = trace.tb_next
    return {"error": type(error).__name__, "message": str(error), "doing": doing}


def pairs(section):
    return [list(item) for item in section.items()]


def parse(text):
    try:
        sections = configparser.parse(io.StringIO(text), "test", reference._default_globals)
    except Exception as error:
        return describe(error)
    return {"sections": [[name, pairs(section)] for name, section in sections.items()]}


def save(option, value):
    out = io.StringIO()
    reference._save_option(option, value, out)
    text = out.getvalue()
    read = configparser.parse(io.StringIO("[s]\n" + text), "test")["s"].get(option, "")
    for name, character in reference._spacey_defaults:
        read = read.replace(name, character)
    return {"text": text, "read": read}


def read(case):
    os.chdir(case["directory"])
    os.environ.pop("BUILDOUT_HOME", None)
    os.environ["HOME"] = case["home"]
    remote.clear()
    remote.update(case["remote"])
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            reference.Buildout(case["file"], [tuple(item) for item in case["assignments"]], case["userDefaults"])
    except Reached as found:
        data = found.args[0]
    except Exception as error:
        return describe(error)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        for verbose in (False, True):
            reference._print_annotate(data, verbose, [], case["directory"])
    raw = unannotate(data)
    answer = {"annotate": out.getvalue(), "raw": [[name, pairs(section)] for name, section in raw.items()]}
    buildout = reference.Buildout.__new__(reference.Buildout)
    buildout._raw, buildout._data, buildout._parts = raw, {}, []
    answer["sections"] = {}
    for name in list(raw):
        try:
            section = buildout[name]
            answer["sections"][name] = {"options": pairs({k: section[k] for k in section}), "copy": section.copy()}
        except Exception as error:
            answer["sections"][name] = describe(error)
    answer["parts"] = buildout._parts
    return answer


def answer(case):
    if "parse" in case:
        return parse(case["parse"])
    if "save" in case:
        return save(*case["save"])
    return read(case["read"])


def main():
    request = json.load(sys.stdin)
    facts = {k: v for k, v in reference._default_globals().items() if isinstance(v, bool)}
    truths = {e: bool(eval("[" + e + "]", reference._default_globals())[0]) for e in request["expressions"]}
    answers = [answer(case) for case in request["cases"]]
    json.dump(
        {
            "facts": facts,
            "markers": default_environment(),
            "truths": truths,
            "executable": sys.executable,
            "answers": answers,
        },
        sys.stdout,
    )


main()
