"""Prints what clutch wants to know about the interpreter that runs this file, as one line of JSON after a marker.

Run with `-I`: the user's site-packages and variables do not count. Standard library only, Python 3.9 to 3.15.
"""

import json
import os
import platform
import struct
import sys
import sysconfig

MARKER = "clutch-python-description:"

SYSCONFIG_NAMES = (
    "AR", "ARFLAGS", "CC", "CCSHARED", "CFLAGS", "CPPFLAGS", "CXX", "EXT_SUFFIX", "LDCXXSHARED", "LDFLAGS",
    "LDSHARED", "MULTIARCH", "OPT", "PY_CFLAGS", "SHLIB_SUFFIX", "MACOSX_DEPLOYMENT_TARGET",
)  # fmt: skip


def describe():
    return {
        "executable": sys.executable,
        "version": platform.python_version(),
        "versionInfo": list(sys.version_info[:3]),
        "minor": "%d.%d" % sys.version_info[:2],
        "prefix": sys.prefix,
        "basePrefix": sys.base_prefix,
        "implementation": sys.implementation.name,
        "cacheTag": sys.implementation.cache_tag or "",
        "platform": supported_platform(),
        "soabi": sysconfig.get_config_var("SOABI") or "",
        "extSuffix": sysconfig.get_config_var("EXT_SUFFIX") or "",
        "markers": marker_environment(),
        "tags": tags_input(),
        "facts": buildout_facts(),
        "sitePackages": site_packages(),
        "sysconfig": compiler_settings(),
    }


def supported_platform():
    """As pkg_resources.get_supported_platform: the platform, on macOS with the version of the running system."""
    build_platform = sysconfig.get_platform()
    parts = build_platform.split("-")
    # As there: `macosx-11-arm64`, without a minor version, stays as it is.
    if sys.platform == "darwin" and len(parts) > 2 and "." in parts[1]:
        system = platform.mac_ver()[0].split(".")
        return "-".join(["macosx", ".".join(system[:2])] + parts[2:])
    return build_platform


def marker_environment():
    """The variables of PEP 508 markers."""
    version = sys.implementation.version
    implementation_version = "%d.%d.%d" % version[:3]
    if version.releaselevel != "final":
        implementation_version += version.releaselevel[0] + str(version.serial)
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": implementation_version,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    }


def tags_input():
    """What decides which wheels fit (PEP 425, 600 and 656)."""
    result = {
        "implementation": sys.implementation.name,
        "version": list(sys.version_info[:3]),
        "soabi": sysconfig.get_config_var("SOABI") or "",
        "platform": sysconfig.get_platform(),
        "gilDisabled": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "debug": bool(sysconfig.get_config_var("Py_DEBUG")),
        "pointerBits": struct.calcsize("P") * 8,
    }
    libc = c_library()
    if libc is not None:
        result["libc"] = libc
    if sys.platform == "darwin":
        result["macosVersion"] = macos_version()
    return result


def c_library():
    if not sys.platform.startswith("linux"):
        return None
    try:
        name, version = os.confstr("CS_GNU_LIBC_VERSION").split()
        return {"name": name, "version": version}
    except (AttributeError, OSError, ValueError):
        return musl_library()


def musl_library():
    loader = program_interpreter(sys.executable)
    if loader is None or "musl" not in loader:
        return None
    import re
    import subprocess

    said = subprocess.run([loader], stderr=subprocess.PIPE, universal_newlines=True).stderr
    found = re.search(r"^Version (\d+\.\d+)", said, re.MULTILINE)
    return {"name": "musl", "version": found.group(1)} if found else None


def program_interpreter(path):
    """The dynamic loader that an ELF file names (its PT_INTERP header), if it is one."""
    try:
        with open(path, "rb") as elf:
            ident = elf.read(16)
            if ident[:4] != b"\x7fELF":
                return None
            wide, order = ident[4] == 2, "<" if ident[5] == 1 else ">"
            layout = struct.Struct(order + ("HHIQQQIHHH" if wide else "HHIIIIIHHH"))
            fields = layout.unpack(elf.read(layout.size))
            offset, size, count = fields[4], fields[8], fields[9]
            for index in range(count):
                elf.seek(offset + size * index)
                header = struct.unpack(order + ("IIQQQQ" if wide else "IIIII"), elf.read(40 if wide else 20))
                if header[0] != 3:
                    continue
                start, length = (header[2], header[5]) if wide else (header[1], header[4])
                elf.seek(start)
                return os.fsdecode(elf.read(length)).strip("\0")
    except (OSError, struct.error):
        pass
    return None


def macos_version():
    """The version of the system. A Python that was linked against an old SDK is told 10.16: ask again without that."""
    version = platform.mac_ver()[0]
    if version.startswith("10.16"):
        import subprocess

        command = [sys.executable, "-sS", "-c", "import platform; print(platform.mac_ver()[0])"]
        environment = dict(os.environ, SYSTEM_VERSION_COMPAT="0")
        answer = subprocess.run(command, stdout=subprocess.PIPE, env=environment, universal_newlines=True)
        version = answer.stdout.strip()
    return version


def buildout_facts():
    """The names that a conditional section's expression may use, as zc.buildout computes them."""
    running = "%d%d" % sys.version_info[:2]
    minors = ["2%d" % minor for minor in range(4, 8)] + ["3%d" % minor for minor in range(20)]
    text, system = sys.version.lower(), sys.platform.lower()
    others = {"pypy": "pypy" in text, "jython": "java" in text, "ironpython": "iron" in text}
    facts = {"python2": sys.version_info[0] == 2, "python3": sys.version_info[0] == 3}
    facts.update(("python" + minor, minor == running) for minor in minors)
    facts.update(others, cpython=not any(others.values()))
    facts.update(
        linux="linux" in system,
        windows="win32" in system,
        cygwin="cygwin" in system,
        solaris="sunos" in system,
        macosx="darwin" in system,
        posix="posix" in os.name.lower(),
        bits32=struct.calcsize("P") == 4,
        bits64=struct.calcsize("P") == 8,
        little_endian=sys.byteorder == "little",
        big_endian=sys.byteorder == "big",
    )
    return facts


def site_packages():
    try:
        import site

        return site.getsitepackages()
    except (ImportError, AttributeError):
        paths = sysconfig.get_paths()
        return sorted({paths["purelib"], paths["platlib"]})


def compiler_settings():
    settings = {}
    for name in SYSCONFIG_NAMES:
        value = sysconfig.get_config_var(name)
        if value is not None:
            settings[name] = str(value).replace(sys.base_prefix, "<prefix>")
    return settings


print(MARKER + json.dumps(describe()))
