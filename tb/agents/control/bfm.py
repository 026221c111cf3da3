# SPDX-License-Identifier: Apache-2.0
"""Bus functional model of the register port, on cocotb-bus."""

from collections.abc import Sequence

from cocotb.handle import HierarchyObject, LogicObject
from cocotb.triggers import Event, RisingEdge
from cocotb_bus.bus import Bus
from cocotb_bus.drivers import BusDriver

from tb.agents.control.access import Access, Response, read, write
from tb.agents.control.transfer import transfer

DEFAULT_TIMEOUT = 1000
"""Cycles a request may wait for its grant."""


class RegisterPortDriver(BusDriver):
    """Master of the register port: request, grant, and a response one cycle after the grant.

    Needs the signals ``<name>_req, _add, _wen, _be, _data, _id`` to drive, and ``<name>_gnt_s, _r_valid_s,
    _r_data_s``: copies of the device's outputs registered at every rising edge. The clock is made in
    SystemVerilog, so that Python runs after an edge, when the device's outputs are already those of the next
    cycle; the copies still hold what the edge saw. ``gnt_s`` is the grant of a raised request.

    Accesses go out back to back, one a cycle; the responses are collected on the way::

        port = RegisterPortDriver(dut, "periph", dut.clk)
        job_id = await port.read(0x04, core=2)
        await port.accesses([write(0x40, x_addr, core=2), write(0x44, w_addr, core=2)])

    Tasks that use the port at the same time take turns by whole calls. A call may be made at any time other
    than in the read-only phase; it drives at once and does not wait for an edge first.

    Args:
        entity: Handle of the module with the signals.
        name: Prefix of their names.
        clock: Handle of the clock.
        timeout: Cycles a request may wait for its grant.
    """

    _signals = ("req", "gnt_s", "add", "wen", "be", "data", "id", "r_data_s", "r_valid_s")

    def __init__(
        self, entity: HierarchyObject, name: str, clock: LogicObject, timeout: int = DEFAULT_TIMEOUT
    ) -> None:
        # The case-insensitive search of cocotb-bus would list every signal of the design.
        super().__init__(entity, name, clock, case_insensitive=False)
        self.timeout = timeout
        self._port = BusPort(self.bus)
        self._port.release()
        self._edge = RisingEdge(clock)
        self._busy = False
        self._free = Event()

    async def accesses(self, accesses: Sequence[Access]) -> list[Response]:
        """Makes accesses in order; see `tb.agents.control.transfer.transfer`.

        Returns:
            One response an access, in order.

        Raises:
            GrantTimeoutError: A request was not granted within `timeout` cycles.
            MissingResponseError: No response came one cycle after a grant.
        """
        while self._busy:
            await self._free.wait()
        self._busy = True
        try:
            steps = transfer(self._port, accesses, self.timeout)
            edge = self._edge
            while True:
                try:
                    next(steps)
                except StopIteration as done:
                    responses: list[Response] = done.value
                    return responses
                await edge
        except BaseException:
            # Also when the task is killed: the next user must not find the request of this one.
            self._port.release()
            raise
        finally:
            self._busy = False
            self._free.set()
            self._free.clear()

    async def read(self, address: int, core: int = 0) -> int:
        """Reads a register as `core`; returns its 32 bits. Raises as `accesses`."""
        return (await self.accesses([read(address, core)]))[0].data

    async def write(self, address: int, data: int, core: int = 0, be: int = 0xF) -> None:
        """Writes a register as `core` with byte enables `be`. Raises as `accesses`."""
        await self.accesses([write(address, data, core, be)])

    def release(self) -> None:
        """Lowers the request at once, for a reset of the device."""
        self._port.release()

    async def _driver_send(self, transaction: Access | Sequence[Access], sync: bool = True) -> None:
        """The send of cocotb-bus (`append`, `send`): an access or several."""
        if sync:
            await self._edge
        await self.accesses([transaction] if isinstance(transaction, Access) else transaction)


class BusPort:
    """`Port` over cocotb handles.

    It goes through the handles' own integer reads and deposits, not through ``.value``, whose checks and
    logic types cost more than the rest of an access. A deposit is what cocotb itself does with
    ``COCOTB_TRUST_INERTIAL_WRITES=1``: the simulator applies it after the present callbacks, in the same
    time step. Only the signals that change are written; a read leaves the data lines as they are.

    Args:
        bus: Object with a handle for each signal of `RegisterPortDriver`.
    """

    _DEPOSIT = 0

    def __init__(self, bus: Bus) -> None:
        self._read_gnt, self._read_valid, self._read_data = (
            handle._handle.get_signal_val_long for handle in (bus.gnt_s, bus.r_valid_s, bus.r_data_s)
        )
        driven = ("req", "add", "wen", "data", "be", "id")
        self._writes = {name: getattr(bus, name)._handle.set_signal_val_int for name in driven}
        self._values: dict[str, int] = {}

    def request(self, access: Access) -> None:
        """Drive a request, writing only the signals that change."""
        self._drive("add", access.address)
        self._drive("wen", not access.write)
        if access.write:
            self._drive("data", access.data)
        self._drive("be", access.be)
        self._drive("id", access.id)
        self._drive("req", 1)

    def release(self) -> None:
        """Take the request back."""
        self._drive("req", 0)

    def _drive(self, name: str, value: int) -> None:
        if self._values.get(name) != value:
            self._writes[name](self._DEPOSIT, int(value))
            self._values[name] = value

    def granted(self) -> bool:
        """Return whether the last edge saw the request granted."""
        return bool(self._read_gnt() == 1)

    def valid(self) -> bool:
        """Return whether the last edge saw a response."""
        return bool(self._read_valid() == 1)

    def data(self) -> int:
        """Return the response's data, 32 bits."""
        return int(self._read_data()) & 0xFFFF_FFFF
