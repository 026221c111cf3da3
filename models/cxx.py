# SPDX-License-Identifier: Apache-2.0
"""The C++ compiler: one choice, which models, benches, reports and keys of caches share.

`CXX=` names it, with options if need be. Without it g++ serves, else clang++, else the clang of the Python
package ziglang, which brings its own headers and libraries: no compiler has to be installed.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from models.places import cache_folder

VARIABLE = "CXX"
_USUAL = ("g++", "clang++")


@dataclass(frozen=True, slots=True)
class Compiler:
    """A C++ compiler."""

    argv: tuple[str, ...]  # program and options that come first
    zig: bool = False  # True for that of the package ziglang

    def command(self, scratch: Path) -> list[str]:
        """Command to which arguments are appended; whatever it puts into `scratch` may be dropped."""
        if not self.zig:
            return [*self.argv]
        # Its own library is compiled once and stays. Objects would stay too, and are kept elsewhere already.
        places = (f"ZIG_GLOBAL_CACHE_DIR={cache_folder() / 'zig'}", f"ZIG_LOCAL_CACHE_DIR={scratch}")
        return ["env", *places, *self.argv]

    @property
    def name(self) -> str:
        """Name of its program."""
        return Path(self.argv[0]).name

    @property
    def version(self) -> str:
        """First line of what it says of itself, and the options that come first."""
        line = (_answer(self.argv).splitlines() or ["no version"])[0]
        options = self.argv[1:]
        return f"{line} ({' '.join([self.name, *options])})" if options else line

    @property
    def makes_profiles(self) -> bool:
        """True if it is one whose profiles builds can use: g++."""
        return _is_gnu(self.argv)

    @property
    def private(self) -> tuple[str, ...]:
        """Flags by which a library shares none of its objects with others; only g++ would share some."""
        return ("-fno-gnu-unique",) if _is_gnu(self.argv) else ()


def _answer(argv: Sequence[str]) -> str:
    return subprocess.run([*argv, "--version"], capture_output=True, text=True, check=False).stdout


@cache
def _is_gnu(argv: Sequence[str]) -> bool:
    return "Free Software Foundation" in _answer(argv)


def compiler() -> Compiler:
    """Choose the C++ compiler.

    Raises:
        OSError: There is none, or not the one that CXX names.
    """
    try:
        chosen = shlex.split(os.environ.get(VARIABLE, ""))
    except ValueError as error:
        raise OSError(f"CXX={os.environ[VARIABLE]} cannot be read as a command: {error}") from None
    if chosen:
        if shutil.which(chosen[0]) is None:
            raise OSError(f"CXX={chosen[0]} is not an executable: correct or unset it")
        return Compiler(tuple(chosen))
    for name in _USUAL:
        if shutil.which(name) is not None:
            return Compiler((name,))
    package = find_spec("ziglang")
    if package is None or package.origin is None:
        raise OSError(f"there is neither {' nor '.join(_USUAL)}, nor the Python package ziglang")
    # Its checks of undefined behaviour are on unless code is optimised.
    return Compiler((str(Path(package.origin).with_name("zig")), "c++", "-fno-sanitize=all"), zig=True)
