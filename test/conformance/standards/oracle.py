"""Answers questions about Python packaging standards with `packaging` and `pkg_resources`.

Reads one JSON list `[operation, argument ...]` per line and prints one JSON answer per line.
"""

import csv
import email.parser
import io
import json
import sys

import pkg_resources
from packaging import markers, requirements, specifiers, utils, version


def read_version(text):
    try:
        parsed = version.Version(text)
    except ValueError:
        return None
    return {"text": str(parsed), "prerelease": parsed.is_prerelease, "public": parsed.public}


def compare(first, second):
    first, second = version.Version(first), version.Version(second)
    return (first > second) - (first < second)


def read_specifiers(text):
    try:
        return str(specifiers.SpecifierSet(text))
    except specifiers.InvalidSpecifier:
        return None


def contains(text, item, prereleases):
    return specifiers.SpecifierSet(text).contains(item, prereleases=prereleases)


def read_requirement(text):
    try:
        parsed = requirements.Requirement(text)
    except requirements.InvalidRequirement as error:
        return {"error": str(error)}
    try:
        written = str(parsed)
    except ValueError:
        written = None
    return {
        "name": parsed.name,
        "extras": sorted(parsed.extras),
        "specifier": str(parsed.specifier),
        "url": parsed.url,
        "text": written,
        "legacy": written and str(pkg_resources.Requirement(text)),
    }


def read_marker(text):
    try:
        return {"text": str(markers.Marker(text))}
    except markers.InvalidMarker as error:
        return {"error": str(error)}
    except ValueError:
        return {"text": None}


def evaluate(text, environment, extra):
    try:
        return markers.Marker(text).evaluate({**environment, "extra": extra})
    except (markers.UndefinedComparison, markers.UndefinedEnvironmentName) as error:
        return type(error).__name__


def read_name(text):
    return {
        "canonical": utils.canonicalize_name(text),
        "isNormalized": utils.is_normalized_name(text),
        "safeName": pkg_resources.safe_name(text),
        "safeVersion": pkg_resources.safe_version(text),
        "safeExtra": pkg_resources.safe_extra(text),
        "filename": pkg_resources.to_filename(text),
        "forgiven": forgive(text),
    }


def forgive(text):
    try:
        return str(version.Version(text))
    except version.InvalidVersion:
        return str(version.Version(pkg_resources._forgiving_version(text)))


def read_wheel(name):
    try:
        project, parsed, build, tags = utils.parse_wheel_filename(name)
    except utils.InvalidWheelFilename:
        return None
    return {
        "project": project,
        "version": str(parsed),
        "build": str(build[0]) + build[1] if build else None,
        "tags": sorted(map(str, tags)),
    }


def read_sdist(name):
    try:
        project, parsed = utils.parse_sdist_filename(name)
    except utils.InvalidSdistFilename:
        return None
    return {"project": project, "version": str(parsed)}


def interpret(name):
    from setuptools import package_index

    found = [
        {"project": dist.project_name, "version": dist._version}
        for dist in package_index.distros_for_location(name, name)
    ]
    return found[0] if found else None


def read_egg(name):
    dist = pkg_resources.Distribution.from_location(name, name)
    if not hasattr(dist, "_version"):
        return None
    return {
        "project": dist.project_name,
        "version": dist.version,
        "python": dist.py_version,
        "platform": dist.platform,
        "name": dist.egg_name(),
    }


def read_entry_points(text):
    try:
        groups = pkg_resources.EntryPoint.parse_map(text)
    except ValueError:
        return None
    return [
        [group, [[e.name, e.module_name, list(e.attrs), sorted(e.extras)] for e in entries.values()]]
        for group, entries in groups.items()
    ]


class Text(pkg_resources.EmptyProvider):
    def __init__(self, text):
        self.text = text

    def has_metadata(self, name):
        return name == "requires.txt"

    def get_metadata(self, name):
        return self.text

    def get_metadata_lines(self, name):
        return pkg_resources.yield_lines(self.text)


def read_requires(text, environment):
    """Per extra (and without) what a dist with this requires.txt needs, in an environment."""

    def evaluate_here(marker, extra=None):
        try:
            return markers.Marker(marker).evaluate(environment)
        except markers.InvalidMarker as error:
            raise SyntaxError(error) from error

    pkg_resources.evaluate_marker = evaluate_here
    dist = pkg_resources.Distribution("x", Text(text), "x", "1")
    try:
        extras = sorted(dist.extras)
        needs = {extra: [str(r) for r in dist.requires((extra,) if extra else ())] for extra in ["", *extras]}
    except ValueError:
        return None
    # The requirements' own markers are evaluated when a working set is resolved.
    return {"extras": extras, "needs": needs}


def read_metadata(text):
    message = email.parser.Parser().parsestr(text)
    return {"headers": [[key.lower(), value] for key, value in message.items()], "body": message.get_payload()}


def read_record(text):
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row]


def write_record(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


operations = {
    "version": read_version,
    "compare": compare,
    "specifiers": read_specifiers,
    "contains": contains,
    "requirement": read_requirement,
    "marker": read_marker,
    "evaluate": evaluate,
    "name": read_name,
    "wheel": read_wheel,
    "sdist": read_sdist,
    "interpret": interpret,
    "egg": read_egg,
    "entry-points": read_entry_points,
    "requires": read_requires,
    "metadata": read_metadata,
    "record": read_record,
    "write-record": write_record,
}

for line in sys.stdin:
    operation, *arguments = json.loads(line)
    print(json.dumps(operations[operation](*arguments)))
