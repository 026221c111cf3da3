# SPDX-License-Identifier: Apache-2.0
"""Likeness of machines: whether a program that was built on one may run on another."""

import hashlib
import platform
import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import find_libpython

from regressions.errors import UserError
from regressions.paths import ROOT

SOURCES = ("models", "tb", "regressions", "rtl", "sw")
"""Folders of the project that builds and simulations read."""

_SUFFIXES = {".py", ".sv", ".svh", ".v", ".h", ".c", ".cpp", ".S", ".ld", ".toml", ".rdl", ".f", ".vlt"}
# Features of the levels of x86-64 (its psABI), each with those below, by the names that Linux gives them.
_LEVELS = {
    "x86-64": "",
    "x86-64-v2": "cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3",
    "x86-64-v3": "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave",
    "x86-64-v4": "avx512f avx512bw avx512cd avx512dq avx512vl",
}
FEATURES = "features"
"""Key of what another machine may have more of."""

SAME = ("project", "cocotb")
"""Keys of what all machines have alike; what differs otherwise asks for a program of one's own."""


@cache
def source_key(root: Path = ROOT) -> str:
    """Hash of the project's own sources: machines of a farm have the same."""
    digest = hashlib.sha256()
    paths = (path for folder in SOURCES for path in (root / folder).rglob("*") if path.suffix in _SUFFIXES)
    for path in sorted(paths):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def features() -> frozenset[str]:
    """Features of the processor, as Linux names them; none where it does not tell."""
    found = re.search(r"^flags\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return frozenset(found[1].split()) if found else frozenset()


def needed(march: str) -> frozenset[str]:
    """Return the features that code for a processor needs; for an empty name, all that this machine has.

    Raises:
        UserError: There is no such level of x86-64.
    """
    if not march:
        return features()
    names = list(_LEVELS)
    if march not in names:
        raise UserError(f"march = {march!r}: choose one of {', '.join(names)}, or leave it out")
    return frozenset(" ".join(_LEVELS[name] for name in names[: names.index(march) + 1]).split())


@cache
def _python_library() -> str:
    """Path of the library that simulations load Python from: their environment names it."""
    return find_libpython.find_libpython() or "missing"


def likeness(march: str = "") -> dict[str, str]:
    """Describe this machine by all that decides whether programs built here for `march` run elsewhere."""
    return {
        "machine": platform.machine(),
        "C library": " ".join(platform.libc_ver()),
        "Python": f"{sys.version.split()[0]} in {sys.prefix}",
        "Python's library": _python_library(),
        "cocotb": version("cocotb"),
        "project": f"{source_key()} in {ROOT}",
        FEATURES: " ".join(sorted(needed(march))),
    }


def differs(needs: Mapping[str, str], here: Mapping[str, str], own: frozenset[str]) -> str:
    """Say how a machine differs from what is needed, empty if it does not; more features are welcome."""
    for what, wanted in needs.items():
        if what == FEATURES:
            if missing := sorted(set(wanted.split()) - own):
                return f"its processor lacks {' '.join(missing[:5])}: set march in farm.toml"
        elif here.get(what) != wanted:
            return f"{what} is {here.get(what)!r} there and {wanted!r} here"
    return ""
