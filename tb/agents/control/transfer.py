# SPDX-License-Identifier: Apache-2.0
"""Protocol of the register port as a generator, apart from how signals are reached and edges awaited."""

from collections.abc import Generator, Iterable
from typing import Protocol

from tb.agents.control.access import Access, Response


class ControlError(RuntimeError):
    """An access of the register port failed."""


class GrantTimeoutError(ControlError):
    """A request was not granted within `timeout` cycles."""

    def __init__(self, access: Access, timeout: int) -> None:
        super().__init__(
            f"register port: no grant for the {access} within {timeout} cycles; the device hangs or "
            "is held in reset: reset it before the next access"
        )


class MissingResponseError(ControlError):
    """No response came one cycle after a grant."""

    def __init__(self, access: Access) -> None:
        super().__init__(
            f"register port: no response one cycle after the grant of the {access}; contract A4.11 "
            "asks for one after every read and write"
        )


class Port(Protocol):
    """Signals of the port. Outputs are driven after an edge, inputs are read as the last edge saw them."""

    def request(self, access: Access) -> None:
        """Raise the request, or keep it high, with the values of `access`."""

    def release(self) -> None:
        """Lower the request."""

    def granted(self) -> bool:
        """Return whether the last edge saw the request granted."""

    def valid(self) -> bool:
        """Return whether the last edge saw a response."""

    def data(self) -> int:
        """Read data that the last edge saw."""


def transfer(port: Port, accesses: Iterable[Access], timeout: int) -> Generator[None, None, list[Response]]:
    """Makes accesses back to back, one a cycle where the device grants and no idle cycles are asked for.

    Each ``yield`` stands for the wait for a rising clock edge. The response to one access is taken while the
    next one is requested.

    Args:
        port: The signals.
        accesses: Accesses to perform, in order.
        timeout: Cycles a request may wait for its grant.

    Returns:
        One response an access, in order.

    Raises:
        GrantTimeoutError: A request waited `timeout` cycles; it is lowered.
        MissingResponseError: A response was not there one cycle after its grant; the request is lowered.
    """
    responses: list[Response] = []
    due: Access | None = None
    waited = 0
    for access in accesses:
        if access.idle:
            port.release()
            for _ in range(access.idle):
                yield
                if due is not None:
                    responses.append(_response(port, due, waited))
                    due = None
        port.request(access)
        waiting = 0
        while True:
            yield
            if due is not None:
                responses.append(_response(port, due, waited))
                due = None
            if port.granted():
                break
            waiting += 1
            if waiting >= timeout:
                port.release()
                raise GrantTimeoutError(access, timeout)
        due, waited = access, waiting
    port.release()
    if due is not None:
        yield
        responses.append(_response(port, due, waited))
    return responses


def _response(port: Port, access: Access, waited: int) -> Response:
    if not port.valid():
        port.release()
        raise MissingResponseError(access)
    return Response(0 if access.write else port.data(), waited)
