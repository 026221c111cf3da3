# SPDX-License-Identifier: Apache-2.0
"""Compiled kernels (`kernel.cpp`): the bits of `models.chains`, many times as fast.

They are compiled when first needed and kept in `build/cache`, in a file named by all that decides its
content, the vectors of the processor included: what another machine left there is what this one would make,
or is not found. Where that fails, numpy serves, which one line says; the environment variable
`REDMULE_MODEL=numpy` asks for it.
"""

import ctypes as ct
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from models.cxx import Compiler, compiler
from models.elf import serves
from models.fp16 import Fp16
from models.included import texts
from models.ops import Op
from models.places import cache_folder

VARIABLE = "REDMULE_MODEL"
SOURCE = Path(__file__).with_name("kernel.cpp")
LEVELS = {"avx2": ("-mavx2",), "plain": ()}
"""Options for vectors of a processor's family, the widest first; the last are those that all have."""

# No option that lets floating-point arithmetic deviate from IEEE 754 may be added. Integers wrap, those of a
# NaN's lane for instance.
_OPTIONS = ("-std=c++20", "-O2", "-ftree-vectorize", "-ffp-contract=off", "-fwrapv", "-fPIC")
_FIRST = threading.Lock()


class Kernel:
    """The kernels of one library; threads may call them at the same time, without Python's global lock."""

    def __init__(self, library: Path) -> None:
        """Loads a library.

        Raises:
            OSError: It cannot be loaded.
        """
        functions = ct.CDLL(str(library))
        self._matrix, self._accumulators = functions.kernel_matrix, functions.kernel_accumulators
        pointers = (ct.c_char_p, ct.c_char_p, ct.c_void_p)
        self._matrix.argtypes = (ct.c_int, ct.c_size_t, ct.c_size_t, ct.c_size_t, *pointers)
        self._accumulators.argtypes = (ct.c_int, ct.c_size_t, ct.c_size_t, *pointers)
        self._words = functions.kernel_words
        self._words.argtypes = (ct.c_uint64, ct.c_size_t, ct.c_void_p)
        self._words.restype = None
        self._matrix.restype = self._accumulators.restype = None

    def matrix(self, op: Op, x: Fp16, w: Fp16, start: Fp16) -> Fp16:
        """Computes `models.chains.matrix`; bytes are dense, whatever the arrays are."""
        z = start.copy()
        if z.size and len(w):
            self._matrix(op, *x.shape, z.shape[1], x.tobytes(), w.tobytes(), _address(z))
        return z

    def accumulators(self, op: Op, x: Fp16, w: Fp16, start: Fp16) -> Fp16:
        """Computes `models.chains.accumulators`."""
        sums = np.empty((len(x) + 1, start.size), np.uint16)
        sums[0] = start
        if start.size:
            self._accumulators(op, len(x), start.size, x.tobytes(), w.tobytes(), _address(sums))
        return sums

    def words(self, seed: int, count: int) -> Fp16:
        """Computes the first 16-bit words of SplitMix64 from a state of 64 bits."""
        words = np.empty(count, np.uint16)
        if count:
            self._words(seed, count, _address(words))
        return words


def _address(bits: Fp16) -> object:
    """The argument for an array that is written; `bits.ctypes` takes four times as long."""
    return ct.byref(ct.c_char.from_buffer(bits.data))


def kernel() -> Kernel | None:
    """The kernels for this processor; None if numpy has to serve."""
    with _FIRST:
        return _kernel()


@cache
def _kernel() -> Kernel | None:
    chosen = os.environ.get(VARIABLE, "")
    if chosen not in ("", "numpy"):
        raise ValueError(f"{VARIABLE}={chosen} is no model: it may be numpy, or unset for compiled kernels")
    try:
        return None if chosen else Kernel(library(levels()[0]))
    except OSError as error:
        print(f"the reference model runs in numpy, many times slower: {error}", file=sys.stderr)
        return None


def levels() -> list[str]:
    """Those of `LEVELS` that this processor can run, the widest first."""
    try:
        with Path("/proc/cpuinfo").open() as lines:
            flags = next((line.split() for line in lines if line.startswith("flags")), [])
    except OSError:
        flags = []
    return [name for name, options in LEVELS.items() if not options or name in flags]


def library(level: str, source: Path = SOURCE, folder: Path | None = None, extra: Sequence[str] = ()) -> Path:
    """The compiled library, made if it is not there; several processes may ask at the same time.

    Args:
        level: One of `LEVELS`.
        source: The C++ file; what it includes lies beside it.
        folder: Where libraries are kept; the cache if none is given.
        extra: Further options of the compiler.

    Raises:
        OSError: There is no compiler, it fails, or the folder cannot be written.
    """
    chosen = compiler()
    folder = folder or cache_folder()
    options = [*_OPTIONS, *LEVELS[level], *extra]
    settings = "\0".join([chosen.version, platform.machine(), *options]).encode()
    key = hashlib.sha256(settings + b"".join(texts(source)))
    path = folder / f"model-{key.hexdigest()[:16]}.so"
    if not serves(path):
        folder.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not serves(path):
                _compile(chosen, [*options, str(source)], path)
    return path


def _compile(chosen: Compiler, arguments: Sequence[str], path: Path) -> None:
    """Compiles and links: apart, since ziglang would compile its library anew for each choice of vectors."""
    partial, scratch = path.with_suffix(".partial"), path.with_suffix(".scratch")
    scratch.mkdir(exist_ok=True)
    made = str(scratch / "made.o")
    try:
        for part in ([*arguments, "-c", "-o", made], [made, "-shared", "-o", str(partial)]):
            command = [*chosen.command(scratch), *part]
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
            if done.returncode:
                first = (done.stderr.splitlines() or ["no message"])[0]
                raise OSError(f"{' '.join(command)} failed: {first}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    partial.replace(path)
