# SPDX-License-Identifier: Apache-2.0
"""Plays lists of accesses on the register port without Python at each edge."""

from collections.abc import Sequence

from cocotb.triggers import ValueChange

from tb.agents.control.access import Access, Burst, Response
from tb.agents.control.transfer import GrantTimeoutError, MissingResponseError
from tb.dpi.player import NO_GRANT, NO_RESPONSE, PlayedRow, PlayerHandle, packed


def first_read(accesses: Sequence[Access]) -> list[int]:
    """Place of the first read among accesses, as a list; an empty one without any."""
    return next(([place] for place, access in enumerate(accesses) if not access.write), [])


def played(burst: Burst, number: int) -> bytes:
    """Return a burst as the player takes it, from its number in its list."""
    # The cycle in which the response of the burst before comes.
    gap = 1 if number else 0
    rows: list[PlayedRow] = []
    for address, write, data, be, core, idle in burst.accesses:
        rows.append((idle + gap, burst.after_ends, address, data, 0, 0, core, not write, be, 0))
        gap = 0
    return packed(rows)


class RegisterPortPlayer:
    """Master of the register port that is handed whole lists, and then plays them by itself.

    The accesses look on the port as those of `RegisterPortDriver`: back to back, one a cycle where the device
    grants and no idle cycles are asked for; the first request follows the edge after the hand-over. Nothing
    wakes Python but an error, or the end of the list when `done` waits for it. Use one master at a time.

    A request that is not granted in time stays on the port: the device is to be reset. A reset ends the list.

    Args:
        handle: The player of the bench (`tb/sv/periph_player.sv`).
        wake: Trigger of the bench's wake-ups.
        timeout: Cycles a request may wait for its grant.
    """

    def __init__(self, handle: PlayerHandle, wake: ValueChange, timeout: int) -> None:
        self._handle = handle
        self._wake = wake
        self._timeout = timeout
        self._bursts: Sequence[Burst] = ()
        handle.state.data = 0

    @property
    def playing(self) -> bool:
        """True if accesses are still to come, with no error so far."""
        return self._handle.playing

    def start(self, bursts: Sequence[Burst]) -> None:
        """Hand a list over.

        Raises:
            ValueError: The list is longer than the player holds.
            RuntimeError: The list before has not ended.
        """
        made = [burst.played or played(burst, number) for number, burst in enumerate(bursts)]
        self._bursts = bursts
        self._handle.start(b"".join(made), self._timeout)

    async def done(self) -> None:
        """Wait until the list has ended. Raises as `check`."""
        self._handle.state.wake_when_done = 1
        while self._handle.playing:
            await self._wake
        self.check()

    def check(self) -> None:
        """Check that all went well so far.

        Raises:
            GrantTimeoutError: A request was not granted in time.
            MissingResponseError: No response came one cycle after a grant.
        """
        state = self._handle.state
        if not state.error:
            return
        accesses = [access for burst in self._bursts for access in burst.accesses]
        if state.error == NO_GRANT:
            raise GrantTimeoutError(accesses[state.granted], self._timeout)
        assert state.error == NO_RESPONSE
        raise MissingResponseError(accesses[state.answered])

    def first_data(self) -> list[int]:
        """Data of the first read of each burst, as far as the responses came."""
        places, start = [], 0
        for accesses, *_ in self._bursts:
            places += [start + at for at in first_read(accesses)]
            start += len(accesses)
        answered = self._handle.state.answered
        return [self._handle.r_data(place) for place in places if place < answered]

    def responses(self) -> list[list[Response]]:
        """The responses that came so far, burst by burst."""
        answers = iter(self._handle.answers())
        return [
            [
                Response(0 if access.write else data, waited)
                for access, (data, waited) in zip(burst.accesses, answers, strict=False)
            ]
            for burst in self._bursts
        ]
