# SPDX-License-Identifier: Apache-2.0
"""The player of the register port (`player.h`), mapped in place with ctypes and numpy."""

import ctypes as ct
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from tb.dpi.layout import Rows, fields, record, view

CAPACITY = 1 << 12
PLAYED, NO_GRANT, NO_RESPONSE = range(3)

PlayedRow = tuple[int, int, int, int, int, int, int, int, int, int]
"""One access in the order of `PLAYED_DTYPE`."""

PLAYED_DTYPE = record(
    *("idle u4", "after_ends u4", "add u4", "data u4", "r_data u4", "waited u4"),
    *("id u1", "wen u1", "be u1", "padding u1"),
)
_ROWS = Rows(PLAYED_DTYPE)


def packed(rows: Iterable[PlayedRow]) -> bytes:
    """Return accesses as the player takes them; data of a read does not matter."""
    return _ROWS.pack(rows)


class PlayState(ct.Structure):
    """Progress of the player (`PlayState` in bench.h)."""

    _fields_ = fields("u32 length timeout wake_when_done granted answered error data")


class PlayerHandle:
    """The player of one bench instance."""

    def __init__(self, library: Any, bench: ct.c_void_p) -> None:
        for name in ("state", "list"):
            getattr(library, f"bench_py_play_{name}").restype = ct.c_void_p
        self.state = PlayState.from_address(library.bench_py_play_state(bench))
        self._list: npt.NDArray[np.void] = view(library.bench_py_play_list(bench), PLAYED_DTYPE, CAPACITY)
        self._r_data = self._list["r_data"]
        self._bench = bench
        # Calls this short keep Python's global lock: another thread would be slow to give it back.
        quick = ct.PyDLL(None)
        self._start: Any = quick.bench_py_play_start
        self._start.argtypes = (ct.c_void_p, ct.c_char_p, ct.c_uint32, ct.c_uint32)
        self._start.restype = None
        self._stop: Any = quick.bench_py_play_stop
        self._stop.argtypes, self._stop.restype = (ct.c_void_p,), None

    @property
    def playing(self) -> bool:
        """True if accesses of the list are still to come, with no error so far."""
        state = self.state
        return bool(state.answered < state.length and state.error == PLAYED)

    def start(self, accesses: bytes, timeout: int) -> None:
        """Play a list, made by `packed`; the first request follows the next rising edge.

        Args:
            accesses: The list.
            timeout: Cycles that each request may wait.

        Raises:
            ValueError: The list is longer than the bench holds.
            RuntimeError: Another list is being played.
        """
        count = len(accesses) // PLAYED_DTYPE.itemsize
        if count > CAPACITY:
            raise ValueError(f"{count} accesses, the player holds {CAPACITY}: play them in parts")
        if self.playing:
            raise RuntimeError("the player of the register port is busy: wait until its list has ended")
        self._start(self._bench, accesses, count, timeout)

    def stop(self) -> None:
        """Forget the list; a request on the port is lowered after the next edge."""
        self._stop(self._bench)

    def r_data(self, place: int) -> int:
        """Read data of one access."""
        return int(self._r_data[place])

    def answers(self) -> list[tuple[int, int]]:
        """(read data, cycles waited for the grant) of each access that was answered."""
        done = self._list[: self.state.answered]
        return list(zip(done["r_data"].tolist(), done["waited"].tolist(), strict=True))
