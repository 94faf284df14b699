"""Prints the tags of the running Python as `packaging` lists them, and what clutch wants to know to list them."""

import json
import os
import platform
import struct
import sys
import sysconfig

sys.path.insert(0, os.environ["PACKAGING_PATH"])

from packaging import _manylinux, _musllinux, tags  # noqa: E402

glibc = _manylinux._glibc_version_string()
musl = _musllinux._get_musl_version(sys.executable)
libc = None
if musl:
    libc = {"name": "musl", "version": "%d.%d" % musl}
elif glibc:
    libc = {"name": "glibc", "version": glibc}

description = {
    "implementation": sys.implementation.name,
    "version": list(sys.version_info[:3]),
    "soabi": sysconfig.get_config_var("SOABI") or "",
    "platform": sysconfig.get_platform(),
    "gilDisabled": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "debug": bool(sysconfig.get_config_var("Py_DEBUG")),
    "pointerBits": struct.calcsize("P") * 8,
    "machine": platform.machine(),
}
if libc:
    description["libc"] = libc
if sys.platform == "darwin":
    description["macosVersion"] = platform.mac_ver()[0]


def mac(version, arch):
    return list(tags.mac_platforms(tuple(version), arch))


def linux(libc, machine, bits):
    """The platforms of another Linux, by telling `packaging` what it would find there."""
    _manylinux._get_glibc_version = lambda: tuple(libc["glibc"]) if "glibc" in libc else (-1, -1)
    _musllinux._get_musl_version = lambda executable: (
        _musllinux._MuslVersion(*libc["musl"]) if "musl" in libc else None
    )
    _manylinux._have_compatible_abi = lambda executable, archs: (
        "armv7l" in archs or "i686" in archs or any(arch in _manylinux._ALLOWED_ARCHS for arch in archs)
    )
    sysconfig.get_platform = lambda: "linux-" + machine
    return list(tags._linux_platforms(is_32bit=bits == 32))


answer = {"description": description, "tags": [str(tag) for tag in tags.sys_tags()], "others": []}
for question in json.loads(os.environ.get("QUESTIONS", "[]")):
    kind, *arguments = question
    answer["others"].append({"mac": mac, "linux": linux}[kind](*arguments))
print(json.dumps(answer))
