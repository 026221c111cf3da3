# SPDX-License-Identifier: Apache-2.0
"""Scenarios: jobs with their memory window, the stalls that they meet, and how they are cut short."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, to_builtins

from tb.exchange.job import Job, Range
from tb.exchange.names import ADDRESS_SPACE
from tb.schema import Where, choice

AIMED = {"on_x": "X", "on_w": "W", "on_y": "Y", "on_z": "Z"}
"""Kinds of stalls that hit one operand: reads of X, W or Y, writes of Z."""

BANKS = "banks"
"""Kind of stalls by single banks of the memory."""

HELD = {"hold_x": "X", "hold_w": "W", "hold_y": "Y", "hold_z": "Z"}
"""Kinds of stalls that hold a single access: a read of X, W or Y, a write of Z."""

STALL_KINDS = ("none", "random", "burst", "blackout", *AIMED, BANKS, *HELD)
WRITE_R_VALID = ("never", "always", "random")
MAX_RATE = 0.95
MAX_BURST = 1024
MAX_HOLD_BITS = 17
MAX_HOLD = 2**MAX_HOLD_BITS + 1

ABORT_KINDS = ("clear", "reset")

CUT_CAUSES = ("clear_all", "clear", "reset")
"""Causes of a cut: a soft clear that also zeroes the job registers, any other soft clear, a reset."""

RESET_CYCLES = 3
"""Clock cycles that a reset of any bench lasts."""


class Window(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Memory of a scenario: `size` bytes from address `base`; it ends at 2**32 at the latest."""

    base: int
    size: int

    def __post_init__(self) -> None:
        if self.base < 0 or self.base % 4 or self.size <= 0 or self.size % 4:
            raise ValueError(
                f"window base {self.base:#x} and size {self.size:#x} must be multiples of 4, the size not 0"
            )
        if self.base + self.size > ADDRESS_SPACE:
            raise ValueError(f"window {self.base:#x} + {self.size:#x} passes the end of the address space")

    @property
    def end(self) -> int:
        """Address after the last byte, up to 2**32."""
        return self.base + self.size

    def contains(self, span: Range) -> bool:
        """Returns whether all bytes of `span` (address, length) lie in the window; true for no bytes."""
        return span[1] == 0 or (self.base <= span[0] and span[0] + span[1] <= self.end)


class StallSpec(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Behaviour of the memory towards the device during a scenario."""

    # none: grants always. random: each cycle grants or not, independently. burst: spells without grants
    # between spells with grants, both of random length. blackout: spells of exactly `burst` cycles without a
    # grant, at random intervals. on_x, on_w, on_y, on_z: as random, but only reads of X, W, Y or writes of Z
    # have to wait. banks: each bank of the memory, a word wide, is busy or not in each cycle, independently,
    # and an access waits until all that it touches are free. hold_x, hold_w, hold_y, hold_z: one read of X,
    # W, Y or write of Z waits for exactly `burst` cycles; `seed` says which.
    kind: str = "none"
    # Long-run share of cycles without a grant, 0..0.95 (0 for none); burst and blackout come as near as
    # spells of at least one cycle with grants allow. Of banks: share of cycles in which one is busy. 0 for a
    # held access.
    rate: Annotated[float, Meta(ge=0.0, le=MAX_RATE)] = 0.0
    # Mean (burst) or exact (blackout) length of a spell without grants, in cycles, 1..1024; wait of a held
    # access, 1..131073.
    burst: Annotated[int, Meta(ge=1, le=MAX_HOLD)] = 1
    seed: int = 0  # seed of the pattern
    gnt_without_req: bool = False  # the memory raises gnt also while req is low; otherwise gnt depends on req
    # When r_valid follows the grant of a write (contract A4.5 allows both, and a mix).
    write_r_valid: str = "never"

    def __post_init__(self) -> None:
        choice(self.kind, STALL_KINDS, "kind of stalls", Where("kind"))
        choice(self.write_r_valid, WRITE_R_VALID, "answer", Where("write_r_valid"))
        if not 0.0 <= self.rate <= MAX_RATE:
            raise ValueError(f"stall rate {self.rate} is out of range 0..{MAX_RATE}")
        longest = MAX_HOLD if self.kind in HELD else MAX_BURST
        if not 1 <= self.burst <= longest:
            raise ValueError(f"stall burst {self.burst} is out of range 1..{longest}")

    @property
    def held(self) -> int:
        """Cycles for which one access is held."""
        return self.burst if self.kind in HELD else 0


NO_STALL = StallSpec()


class Abort(Struct, frozen=True, forbid_unknown_fields=True, gc=False, omit_defaults=True):
    """Cut of all jobs of a scenario but the last (contract A7.7 to A7.12), which is programmed behind it."""

    kind: str  # clear: a write of SOFT_CLEAR. reset: the reset input
    # Cycles between the last of their triggers, or the cut before, and the request of the clear, or the
    # reset; about, for a reset.
    after: int
    value: Annotated[int, Meta(ge=0, lt=2**32)] = 0  # value written to SOFT_CLEAR
    core: Annotated[int, Meta(ge=0, le=7)] = 0  # core that clears
    again: tuple[Abort, ...] = ()  # further cuts before the last job is programmed

    def __post_init__(self) -> None:
        choice(self.kind, ABORT_KINDS, "kind of abort", Where("kind"))
        if self.after < 0:
            raise ValueError(f"a job cannot be cut {self.after} cycles after its trigger; use 0 or more")
        if any(cut.again for cut in self.again):
            raise ValueError("a further cut has further cuts of its own; list all under the first")

    @property
    def cause(self) -> str:
        """Cause, one of `CUT_CAUSES`."""
        return "reset" if self.kind == "reset" else "clear" if self.value else "clear_all"

    @property
    def cuts(self) -> tuple[Abort, ...]:
        """All cuts, in order."""
        return (self, *self.again)

    @property
    def resets(self) -> bool:
        """True if one of the cuts is a reset."""
        return any(cut.kind == "reset" for cut in self.cuts)


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """One to a few jobs that share a window and a stall pattern; job i+1 is programmed while job i runs.

    Raises:
        ValueError: No job, an operand outside the window, or an abort without jobs to cut and one behind.
    """

    index: int  # place in its stream
    jobs: Annotated[tuple[Job, ...], Meta(min_length=1)]  # jobs in the order of their triggers
    window: Window  # memory that holds all operands
    stall: StallSpec = NO_STALL  # behaviour of the memory
    poison_seed: int = 0  # seed of the content of all bytes outside the operands
    # Cut of all jobs but the last, which shares no memory with them; None lets them end.
    abort: Abort | None = None

    def __post_init__(self) -> None:
        if not self.jobs:
            raise ValueError("a scenario needs at least one job")
        if self.abort is not None and len(self.jobs) not in (2, 3):
            raise ValueError(
                f"an abort needs two jobs, the one it cuts and the next, or three, not {len(self.jobs)}"
            )
        for position, job in enumerate(self.jobs):
            for name in "XWZY":
                span: Range = getattr(job, f"{name.lower()}_range")
                if not self.window.contains(span):
                    raise ValueError(
                        f"{name} of job {position} ({span[1]} bytes at {span[0]:#x}) lies outside the window "
                        f"{self.window.base:#x}..{self.window.end - 1:#x}"
                    )

    def to_json(self) -> dict[str, Any]:
        """Returns the scenario as JSON values; one that is not cut has no `abort`."""
        values: dict[str, Any] = to_builtins(self)
        values["jobs"] = [job.to_json() for job in self.jobs]
        if self.abort is None:
            del values["abort"]
        return values
